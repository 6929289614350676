import { setTimeout as sleep } from 'node:timers/promises';
import { migrate } from './migrate.js';
import { Postgres, type PostgresOptions } from './postgres.js';
import { DatabaseUnavailableError, reasonOf } from './unavailable.js';

export interface DatabaseOptions extends PostgresOptions {
  /** Folder of .sql files, with a trailing slash. */
  migrations: URL;
  /** How long to wait for a server that is not up yet, in milliseconds. */
  patienceMs?: number;
}

const PAUSE_MS = 250;

/** A connected pool whose schema is up to date. @throws an error that names DATABASE_URL, never its password */
export async function openDatabase({
  migrations,
  patienceMs = 10_000,
  ...options
}: DatabaseOptions): Promise<Postgres> {
  const postgres = new Postgres(options);
  try {
    await connect(postgres, Date.now() + patienceMs);
    await migrate(options.databaseUrl, migrations);
    return postgres;
  } catch (error) {
    await postgres.onApplicationShutdown();
    throw error;
  }
}

async function connect(postgres: Postgres, deadline: number): Promise<void> {
  for (;;) {
    try {
      return await postgres.ping();
    } catch (error) {
      // A server that is only just coming up is worth waiting for; a wrong password or database is not.
      const unavailable = error instanceof DatabaseUnavailableError;
      if (!unavailable || Date.now() + PAUSE_MS > deadline) {
        const cause = unavailable ? error.cause : error;
        throw new Error(`DATABASE_URL: cannot use PostgreSQL at ${postgres.address}: ${reasonOf(cause)}`, {
          cause: error,
        });
      }
      await sleep(PAUSE_MS);
    }
  }
}
