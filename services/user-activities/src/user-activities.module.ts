import { type DynamicModule, Module } from '@nestjs/common';
import { Postgres, PostgresModule } from '@cruddur/postgres';
import { HEALTH_CHECKS, type HealthCheck } from '@cruddur/service';
import { ActivitiesController } from './activities.controller.js';
import { ActivityService } from './activity.service.js';
import { ActivityStore } from './activity.store.js';
import { ExpirySweeper } from './expiry.sweeper.js';
import { IdempotencyStore } from './idempotency.store.js';
import { NotificationStore } from './notification.store.js';
import { type UserActivitiesConfig } from './user-activities.config.js';
import { UserStore } from './user.store.js';
import { UsersController } from './users.controller.js';

@Module({})
export class UserActivitiesModule {
  static forConfig({ DATABASE_URL }: Pick<UserActivitiesConfig, 'DATABASE_URL'>): DynamicModule {
    return {
      module: UserActivitiesModule,
      imports: [
        PostgresModule.forRoot({
          databaseUrl: DATABASE_URL,
          applicationName: 'user-activities',
          migrations: new URL('./migrations/', import.meta.url),
        }),
      ],
      controllers: [ActivitiesController, UsersController],
      providers: [
        ActivityService,
        ActivityStore,
        ExpirySweeper,
        IdempotencyStore,
        NotificationStore,
        UserStore,
        {
          provide: HEALTH_CHECKS,
          useFactory: (postgres: Postgres): HealthCheck => ({ name: 'database', check: () => postgres.ping() }),
          inject: [Postgres],
        },
      ],
    };
  }
}
