export { databaseUrlSchema, isDatabaseUrl } from './database-url.js';
export { Listener } from './listener.js';
export { migrate } from './migrate.js';
export { openDatabase, type DatabaseOptions } from './open-database.js';
export { PostgresModule } from './postgres.module.js';
export { Postgres, statement, type PostgresOptions, type Queryable, type Statement } from './postgres.js';
export { deleteSome, Sweeper } from './sweeper.js';
export { DatabaseUnavailableError } from './unavailable.js';
