import { type DynamicModule, Module } from '@nestjs/common';
import { type DatabaseOptions, openDatabase } from './open-database.js';
import { Postgres } from './postgres.js';

/** Provides {@link Postgres} everywhere, connected and migrated before any other provider gets it. */
@Module({})
export class PostgresModule {
  static forRoot(options: DatabaseOptions): DynamicModule {
    return {
      module: PostgresModule,
      global: true,
      providers: [{ provide: Postgres, useFactory: () => openDatabase(options) }],
      exports: [Postgres],
    };
  }
}
