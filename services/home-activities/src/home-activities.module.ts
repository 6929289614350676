import { type DynamicModule, Module } from '@nestjs/common';
import { Postgres, PostgresModule } from '@cruddur/postgres';
import { HEALTH_CHECKS, type HealthCheck } from '@cruddur/service';
import { ActivityEventsConsumer } from './activity-events.consumer.js';
import { ExpirySweeper } from './expiry.sweeper.js';
import type { HomeActivitiesConfig } from './home-activities.config.js';
import { HomeTimelineController } from './home-timeline.controller.js';
import { HomeTimeline } from './home-timeline.js';
import { TimelineRebuild } from './timeline.rebuild.js';
import { TimelineStore } from './timeline.store.js';
import { UserActivitiesClient } from './user-activities.client.js';

@Module({})
export class HomeActivitiesModule {
  static forConfig(config: HomeActivitiesConfig): DynamicModule {
    const userActivities = { origin: config.USER_ACTIVITIES_URL, timeoutMs: config.USER_ACTIVITIES_TIMEOUT_MS };
    return {
      module: HomeActivitiesModule,
      imports: [
        PostgresModule.forRoot({
          databaseUrl: config.DATABASE_URL,
          applicationName: 'home-activities',
          migrations: new URL('./migrations/', import.meta.url),
        }),
      ],
      controllers: [ActivityEventsConsumer, HomeTimelineController],
      providers: [
        ExpirySweeper,
        HomeTimeline,
        TimelineStore,
        { provide: UserActivitiesClient, useValue: new UserActivitiesClient(userActivities) },
        {
          provide: TimelineRebuild,
          useFactory: (timeline: TimelineStore, client: UserActivitiesClient) => new TimelineRebuild(timeline, client),
          inject: [TimelineStore, UserActivitiesClient],
        },
        {
          provide: HEALTH_CHECKS,
          useFactory: (postgres: Postgres, rebuild: TimelineRebuild): HealthCheck[] => [
            { name: 'database', check: () => postgres.ping() },
            {
              name: 'timeline',
              check: () => ({ degraded: !rebuild.complete, details: { complete: rebuild.complete } }),
            },
          ],
          inject: [Postgres, TimelineRebuild],
        },
      ],
    };
  }
}
