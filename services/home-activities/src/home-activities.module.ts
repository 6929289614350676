import { type DynamicModule, Module } from '@nestjs/common';
import type { RabbitMqServer } from '@cruddur/messaging';
import { Postgres, PostgresModule, Sweeper } from '@cruddur/postgres';
import { HEALTH_CHECKS, type HealthCheck } from '@cruddur/service';
import { ActivityEventsConsumer } from './activity-events.consumer.js';
import { BrokerMonitor } from './broker.monitor.js';
import type { HomeActivitiesConfig } from './home-activities.config.js';
import { HomeTimelineController } from './home-timeline.controller.js';
import { HomeTimeline } from './home-timeline.js';
import { TimelineRebuild } from './timeline.rebuild.js';
import { EXPIRED } from './timeline.sql.js';
import { TimelineStore } from './timeline.store.js';
import { UserActivitiesClient } from './user-activities.client.js';

@Module({})
export class HomeActivitiesModule {
  /** @param broker where events come from, when they do not come over TCP */
  static forConfig(config: HomeActivitiesConfig, broker?: RabbitMqServer): DynamicModule {
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
        HomeTimeline,
        TimelineStore,
        { provide: Sweeper, useFactory: (postgres: Postgres) => new Sweeper(postgres, EXPIRED), inject: [Postgres] },
        { provide: UserActivitiesClient, useValue: new UserActivitiesClient(userActivities) },
        {
          provide: TimelineRebuild,
          useFactory: (timeline: TimelineStore, client: UserActivitiesClient) => new TimelineRebuild(timeline, client),
          inject: [TimelineStore, UserActivitiesClient],
        },
        ...(broker ? [{ provide: BrokerMonitor, useFactory: () => new BrokerMonitor(broker) }] : []),
        {
          provide: HEALTH_CHECKS,
          useFactory: (postgres: Postgres, rebuild: TimelineRebuild, events?: BrokerMonitor): HealthCheck[] => [
            { name: 'database', check: () => postgres.ping() },
            {
              name: 'timeline',
              check: () => ({ degraded: !rebuild.complete, details: { complete: rebuild.complete } }),
            },
            ...(events ? [{ name: 'events', check: () => events.check(), required: false }] : []),
          ],
          inject: [Postgres, TimelineRebuild, { token: BrokerMonitor, optional: true }],
        },
      ],
    };
  }
}
