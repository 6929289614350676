import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chownSync, closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import { UNPRIVILEGED_ID, findPostgres, isRoot, isTraversable, unprivileged } from './postgres-binaries.ts';

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

const START_TIMEOUT_MS = 30_000;
const STOP_TIMEOUT_MS = 10_000;
const EXE = process.platform === 'win32' ? '.exe' : '';

/**
 * Starts PostgreSQL on the loopback interface, or finds the one that already runs on this data.
 *
 * The server is a process of its own: it outlives a caller that is killed, and the next start finds it again.
 *
 * @throws Error with the server's own words when it does not start
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const dataDir = reachable(resolve(options.dataDir));
  const running = await findRunning(dataDir);
  if (running) return handle({ ...running, reused: true });
  const native = findPostgres();
  if (!existsSync(join(dataDir, 'PG_VERSION'))) await initialise(native, dataDir);
  return handle({ ...(await launch(native, dataDir, options.port ?? (await freePort()))), reused: false });
}

type Server = { pid: number; port: number };

/** The data must be somewhere that the unprivileged server can reach. */
function reachable(dataDir: string): string {
  if (!isRoot || isTraversable(dirname(dataDir))) return dataDir;
  const name = createHash('sha256').update(dataDir).digest('hex').slice(0, 12);
  return join(tmpdir(), `cruddur-postgres-data-${name}`);
}

/** initdb works on a folder beside the final one, so that an interrupted one leaves nothing half made. */
async function initialise(native: string, dataDir: string): Promise<void> {
  mkdirSync(dirname(dataDir), { recursive: true });
  const building = `${dataDir}.${process.pid}`;
  rmSync(building, { recursive: true, force: true });
  mkdirSync(building, { mode: 0o700 });
  if (isRoot) chownSync(building, UNPRIVILEGED_ID, UNPRIVILEGED_ID);
  const locale = ['--no-locale', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--encoding=UTF8'];
  const args = [
    '-D',
    building,
    '-U',
    'postgres',
    '--auth=trust',
    '--text-search-config=english',
    '--no-sync',
    ...locale,
  ];
  await promisify(execFile)(join(native, 'bin', `initdb${EXE}`), args, { ...unprivileged, cwd: building });
  rmSync(dataDir, { recursive: true, force: true });
  renameSync(building, dataDir);
}

async function launch(native: string, dataDir: string, port: number): Promise<Server> {
  const logFile = `${dataDir}.log`;
  const log = openSync(logFile, 'w');
  const settings = {
    port,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    timezone: 'UTC',
    log_timezone: 'UTC',
  };
  const args = ['-D', dataDir, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
  // Detached: Ctrl-C reaches the whole terminal group, and the services want their database until they have stopped.
  const child = spawn(join(native, 'bin', `postgres${EXE}`), args, {
    ...unprivileged,
    cwd: dataDir,
    detached: true,
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  let exited = false;
  child.once('exit', () => (exited = true));
  child.once('error', () => (exited = true));
  child.unref();
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (!(await answers(port))) {
    if (exited) {
      // Two starts at once: the other one has the data.
      const other = await findRunning(dataDir);
      if (other) return other;
    }
    if (exited || Date.now() > deadline) {
      throw new Error(`PostgreSQL did not start on ${dataDir}:\n${readFileSync(logFile, 'utf8').trim()}`);
    }
    await sleep(20);
  }
  return { pid: child.pid!, port };
}

/** The server that holds this data, if there is one; a lock file that nobody holds any more is removed. */
async function findRunning(dataDir: string): Promise<Server | undefined> {
  const lock = join(dataDir, 'postmaster.pid');
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (existsSync(lock)) {
    const lines = readFileSync(lock, 'utf8').split('\n');
    const server = { pid: Number(lines[0]), port: Number(lines[3]) };
    if (server.port && (await answers(server.port))) return server;
    if (!isPostgres(server.pid)) {
      rmSync(lock, { force: true });
      return undefined;
    }
    // It is starting or stopping.
    if (Date.now() > deadline) throw new Error(`PostgreSQL (pid ${server.pid}) holds ${dataDir} and does not answer`);
    await sleep(100);
  }
  return undefined;
}

/** Whether this process is alive, and not another that has got its number. */
function isPostgres(pid: number): boolean {
  if (!isAlive(pid)) return false;
  if (process.platform !== 'linux') return true;
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('postgres');
  } catch {
    return false;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  return process.platform !== 'linux' || !isZombie(pid);
}

/** Dead, but its parent has not asked yet: in a container often for ever. */
function isZombie(pid: number): boolean {
  try {
    return /^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return true;
  }
}

async function answers(port: number): Promise<boolean> {
  const client = new pg.Client({ connectionString: urlOf(port, 'postgres'), connectionTimeoutMillis: 1_000 });
  client.on('error', () => {});
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => {});
  }
}

function urlOf(port: number, database: string): string {
  return `postgres://postgres@127.0.0.1:${port}/${database}`;
}

function handle(server: Server & { reused: boolean }): EmbeddedPostgres {
  const url = urlOf(server.port, 'postgres');
  return {
    ...server,
    url,
    createDatabase: (name) => createDatabase(url, name),
    stop: () => stop(server.pid),
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

/** A fast shutdown; an immediate one when it takes too long. */
async function stop(pid: number): Promise<void> {
  for (const signal of ['SIGINT', 'SIGQUIT', 'SIGKILL'] as const) {
    if (!isAlive(pid)) return;
    process.kill(pid, signal);
    const deadline = Date.now() + STOP_TIMEOUT_MS;
    while (isAlive(pid) && Date.now() < deadline) await sleep(10);
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done, fail) => server.once('error', fail).listen(0, '127.0.0.1', done));
  const { port } = server.address() as { port: number };
  await new Promise((done) => server.close(done));
  return port;
}
