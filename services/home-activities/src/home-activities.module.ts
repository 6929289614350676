import { type DynamicModule, Module } from '@nestjs/common';
import type { HomeActivitiesConfig } from './home-activities.config.js';
import { HomeTimelineController } from './home-timeline.controller.js';
import { HomeTimeline } from './home-timeline.js';
import { UserActivitiesClient } from './user-activities.client.js';

@Module({})
export class HomeActivitiesModule {
  static forConfig(config: HomeActivitiesConfig): DynamicModule {
    const userActivities = { origin: config.USER_ACTIVITIES_URL, timeoutMs: config.USER_ACTIVITIES_TIMEOUT_MS };
    return {
      module: HomeActivitiesModule,
      controllers: [HomeTimelineController],
      providers: [HomeTimeline, { provide: UserActivitiesClient, useValue: new UserActivitiesClient(userActivities) }],
    };
  }
}
