import { type DynamicModule, Module } from '@nestjs/common';
import { ActivitiesController } from './activities.controller.js';
import type { GatewayConfig } from './gateway.config.js';
import { HomeActivitiesClient } from './home-activities.client.js';
import { OpenApiController } from './openapi.controller.js';
import { RollbarTestController, offersRollbarTest } from './rollbar-test.controller.js';
import { UserActivitiesClient } from './user-activities.client.js';

@Module({})
export class GatewayModule {
  static forConfig(config: GatewayConfig): DynamicModule {
    const homeActivities = { origin: config.HOME_ACTIVITIES_URL, timeoutMs: config.HOME_ACTIVITIES_TIMEOUT_MS };
    const userActivities = { origin: config.USER_ACTIVITIES_URL, timeoutMs: config.USER_ACTIVITIES_TIMEOUT_MS };
    return {
      module: GatewayModule,
      controllers: [
        ActivitiesController,
        OpenApiController,
        ...(offersRollbarTest(config) ? [RollbarTestController] : []),
      ],
      providers: [
        { provide: HomeActivitiesClient, useValue: new HomeActivitiesClient(homeActivities) },
        { provide: UserActivitiesClient, useValue: new UserActivitiesClient(userActivities) },
      ],
    };
  }
}
