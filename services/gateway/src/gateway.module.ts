import { type DynamicModule, Module } from '@nestjs/common';
import { ActivitiesController } from './activities.controller.js';
import type { GatewayConfig } from './gateway.config.js';
import { HomeActivitiesClient } from './home-activities.client.js';
import { OpenApiController } from './openapi.controller.js';
import { UserActivitiesClient } from './user-activities.client.js';

@Module({})
export class GatewayModule {
  static with(config: Pick<GatewayConfig, 'homeActivities' | 'userActivities'>): DynamicModule {
    return {
      module: GatewayModule,
      controllers: [ActivitiesController, OpenApiController],
      providers: [
        { provide: HomeActivitiesClient, useValue: new HomeActivitiesClient(config.homeActivities) },
        { provide: UserActivitiesClient, useValue: new UserActivitiesClient(config.userActivities) },
      ],
    };
  }
}
