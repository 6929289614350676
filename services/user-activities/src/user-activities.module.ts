import { type DynamicModule, Module } from '@nestjs/common';
import { Postgres, PostgresModule } from '@cruddur/postgres';
import { HEALTH_CHECKS, type HealthCheck } from '@cruddur/service';
import { ActivitiesController } from './activities.controller.js';
import { ActivityService } from './activity.service.js';
import { ActivityStore } from './activity.store.js';
import { ExpirySweeper } from './expiry.sweeper.js';
import { ExportStore } from './export.store.js';
import { ExportsController } from './exports.controller.js';
import { IdempotencyStore } from './idempotency.store.js';
import { NotificationStore } from './notification.store.js';
import { OutboxMonitor } from './outbox.monitor.js';
import { outboxProviders } from './outbox.providers.js';
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
        ExpirySweeper,
        ExportStore,
        IdempotencyStore,
        NotificationStore,
        UserStore,
        ...outboxProviders(config),
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
