import { type DynamicModule, Module } from '@nestjs/common';
import type { HomeActivitiesConfig } from './home-activities.config.js';
import { HomeTimelineController } from './home-timeline.controller.js';
import { HomeTimeline } from './home-timeline.js';
import { UserActivitiesClient } from './user-activities.client.js';

@Module({})
export class HomeActivitiesModule {
  static with(config: Pick<HomeActivitiesConfig, 'userActivities'>): DynamicModule {
    return {
      module: HomeActivitiesModule,
      controllers: [HomeTimelineController],
      providers: [
        HomeTimeline,
        { provide: UserActivitiesClient, useValue: new UserActivitiesClient(config.userActivities) },
      ],
    };
  }
}
