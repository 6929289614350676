import { type DynamicModule, Module } from '@nestjs/common';
import { Postgres, PostgresModule, Sweeper } from '@cruddur/postgres';
import { HEALTH_CHECKS, type HealthCheck } from '@cruddur/service';
import { ActivitiesController } from './activities.controller.js';
import { ActivityService } from './activity.service.js';
import { EXPIRED_ACTIVITIES } from './activity.sql.js';
import { ActivityStore } from './activity.store.js';
import { ExportStore } from './export.store.js';
import { ExportsController } from './exports.controller.js';
import { IdempotencyStore, OLD_IDEMPOTENCY_KEYS } from './idempotency.store.js';
import { NotificationStore } from './notification.store.js';
import { OutboxMonitor } from './outbox.monitor.js';
import { outboxProviders } from './outbox.providers.js';
import { SENT_EVENTS } from './outbox.store.js';
import { type UserActivitiesConfig } from './user-activities.config.js';
import { UserStore } from './user.store.js';
import { UsersController } from './users.controller.js';

@Module({})
export class UserActivitiesModule {
  static forConfig(config: UserActivitiesConfig): DynamicModule {
    return {
      module: UserActivitiesModule,
      imports: [
        PostgresModule.forRoot({
          databaseUrl: config.DATABASE_URL,
          applicationName: 'user-activities',
          migrations: new URL('./migrations/', import.meta.url),
        }),
      ],
      controllers: [ActivitiesController, ExportsController, UsersController],
      providers: [
        ActivityService,
        ActivityStore,
        ExportStore,
        IdempotencyStore,
        NotificationStore,
        UserStore,
        ...outboxProviders(config),
        {
          provide: Sweeper,
          useFactory: (postgres: Postgres) =>
            new Sweeper(postgres, [EXPIRED_ACTIVITIES, OLD_IDEMPOTENCY_KEYS, SENT_EVENTS]),
          inject: [Postgres],
        },
        {
          provide: HEALTH_CHECKS,
          useFactory: (postgres: Postgres, outbox: OutboxMonitor): HealthCheck[] => [
            { name: 'database', check: () => postgres.ping() },
            { name: 'outbox', check: () => outbox.check(), required: false },
          ],
          inject: [Postgres, OutboxMonitor],
        },
      ],
    };
  }
}
