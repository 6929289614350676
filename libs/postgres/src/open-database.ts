import { setTimeout as sleep } from 'node:timers/promises';
import { migrate } from './migrate.js';
import { Postgres, type PostgresOptions } from './postgres.js';

export interface DatabaseOptions extends PostgresOptions {
  /** Folder of .sql files, with a trailing slash. */
  migrations: URL;
  /** How long to wait for a server that is not up yet, in milliseconds. */
  patienceMs?: number;
}

/** The server refuses connections while it starts, recovers or stops (57P01..57P03); the network says the rest. */
const NOT_YET = new Set(['57P01', '57P02', '57P03', 'ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'EAI_AGAIN']);
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
      const reason = reasonOf(error);
      if (!NOT_YET.has(reason) || Date.now() + PAUSE_MS > deadline) {
        throw new Error(`DATABASE_URL: cannot use PostgreSQL at ${postgres.address} (${reason})`, { cause: error });
      }
      await sleep(PAUSE_MS);
    }
  }
}

/** A host with several addresses fails with one error for each, and no message of its own. */
function reasonOf(error: unknown): string {
  const { code, message } = error as { code?: string; message?: string };
  if (code !== undefined && NOT_YET.has(code)) return code;
  return message || code || String(error);
}
