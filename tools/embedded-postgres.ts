import pg from 'pg';
import { initialise, prepareDataDir } from './postgres-data.ts';
import { findPostgres } from './postgres-binaries.ts';
import { type Server, findServer, launch, stop } from './postgres-server.ts';

export interface EmbeddedPostgresOptions {
  /** Where the data lives; made when it is not there. */
  dataDir: string;
  /** A free port is chosen when left out. */
  port?: number;
}

export interface EmbeddedPostgres {
  /** Of the maintenance database. */
  url: string;
  port: number;
  pid: number;
  /** True when a server was already running on this data. */
  reused: boolean;
  /** Makes the database when it is not there. @returns its URL */
  createDatabase(name: string): Promise<string>;
  /** Ends sessions, writes everything to disk and stops; the data stays. */
  stop(): Promise<void>;
}

/**
 * Starts PostgreSQL on the loopback interface, or finds the one that already runs on this data.
 *
 * The server is a process of its own: it outlives a caller that is killed, and the next start finds it again.
 *
 * @throws Error with the server's own words when it does not start
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const dataDir = prepareDataDir(options.dataDir);
  const running = await findServer(dataDir);
  if (running) return handle(dataDir, { ...running, reused: true });
  const native = findPostgres();
  await initialise(native, dataDir);
  return handle(dataDir, await launch(native, dataDir, options.port));
}

function handle(dataDir: string, server: Server & { reused: boolean }): EmbeddedPostgres {
  const url = `postgres://postgres@127.0.0.1:${server.port}/postgres`;
  return {
    ...server,
    url,
    createDatabase: (name) => createDatabase(url, name),
    stop: () => stop(server.pid, dataDir),
  };
}

/**
 * Makes a database on a server when it is not there.
 *
 * @param serverUrl of any database on that server
 * @returns the URL of the database
 */
export async function createDatabase(serverUrl: string, name: string): Promise<string> {
  const client = new pg.Client({ connectionString: serverUrl });
  await client.connect();
  try {
    const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [name]);
    if (rowCount === 0) await client.query(`create database ${client.escapeIdentifier(name)}`).catch(ignoreDuplicate);
  } finally {
    await client.end();
  }
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return url.href;
}

/** Two starts at once: the database is there, which is all that was wanted. */
function ignoreDuplicate(error: unknown): void {
  const { code } = error as { code?: string };
  if (code !== '42P04' && code !== '23505') throw error;
}
