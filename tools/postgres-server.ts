import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { EXE, unprivileged } from './postgres-binaries.ts';
import { exists, isServerOf } from './postgres-process.ts';

export type Server = { pid: number; port: number };

const START_TIMEOUT_MS = 30_000;
const STOP_TIMEOUT_MS = 10_000;

/** The server that holds this data, if there is one; waits for one that is starting or stopping. */
export async function findServer(dataDir: string): Promise<Server | undefined> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  for (;;) {
    const holder = readLock(dataDir);
    if (!holder) return undefined;
    if (!isServerOf(holder.pid, dataDir)) {
      // PostgreSQL replaces the lock of a process that is gone, but respects a zombie or whoever got its number.
      if (exists(holder.pid)) rmSync(lockFile(dataDir), { force: true });
      return undefined;
    }
    if (await serves(holder.port, dataDir)) return holder;
    if (Date.now() > deadline) throw new Error(`PostgreSQL (pid ${holder.pid}) holds ${dataDir} and does not answer`);
    await sleep(100);
  }
}

/**
 * Starts the server, as a process that outlives this one.
 *
 * @returns the server that has the data in the end: with two starts at once that may be the other's
 */
export async function launch(
  native: string,
  dataDir: string,
  port: number | undefined,
): Promise<Server & { reused: boolean }> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  for (;;) {
    try {
      return await attempt(native, dataDir, port ?? (await freePort()), deadline);
    } catch (error) {
      if (!isPassing(error as Error, port) || Date.now() > deadline) throw error;
      await sleep(100);
    }
  }
}

/** A free port was taken meanwhile, or sessions of a killed server have not noticed yet that it is gone. */
function isPassing({ message }: Error, port: number | undefined): boolean {
  return message.includes('pre-existing shared memory block') || (port === undefined && message.includes('not bind'));
}

async function attempt(
  native: string,
  dataDir: string,
  port: number,
  deadline: number,
): Promise<Server & { reused: boolean }> {
  const logFile = `${dataDir}.log`;
  const child = spawnServer(join(native, 'bin', `postgres${EXE}`), dataDir, port, logFile);
  let spawnError = '';
  child.once('error', (error) => (spawnError = error.message));
  for (;;) {
    const holder = readLock(dataDir);
    const held = holder !== undefined && isServerOf(holder.pid, dataDir);
    if (held && (await serves(holder.port, dataDir))) return { ...holder, reused: holder.pid !== child.pid };
    const ended = spawnError !== '' || child.exitCode !== null || child.signalCode !== null;
    if ((ended && !held) || Date.now() > deadline) {
      child.kill('SIGQUIT');
      const words = spawnError || readFileSync(logFile, 'utf8').trim();
      throw new Error(`PostgreSQL did not start on ${dataDir}, port ${port}:\n${words}`);
    }
    await sleep(20);
  }
}

function spawnServer(program: string, dataDir: string, port: number, logFile: string): ChildProcess {
  const settings = {
    port,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    timezone: 'UTC',
    log_timezone: 'UTC',
  };
  const args = ['-D', dataDir, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
  const log = openSync(logFile, 'w');
  // Detached: Ctrl-C reaches the whole terminal group, and the services want their database until they have stopped.
  const child = spawn(program, args, {
    ...unprivileged,
    cwd: dataDir,
    detached: true,
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  child.unref();
  return child;
}

const lockFile = (dataDir: string): string => join(dataDir, 'postmaster.pid');

function readLock(dataDir: string): Server | undefined {
  try {
    const lines = readFileSync(lockFile(dataDir), 'utf8').split('\n');
    return { pid: Number(lines[0]), port: Number(lines[3]) };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Whether the server on this port takes connections, and has this data: another may have got the port. */
async function serves(port: number, dataDir: string): Promise<boolean> {
  if (!port) return false;
  const connectionString = `postgres://postgres@127.0.0.1:${port}/postgres`;
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: 1_000, query_timeout: 1_000 });
  client.on('error', () => {});
  try {
    await client.connect();
    const { rows } = await client.query<{ data_directory: string }>('show data_directory');
    return realpathSync.native(rows[0]!.data_directory) === realpathSync.native(dataDir);
  } catch {
    return false;
  } finally {
    await client.end().catch(() => {});
  }
}

/** A fast shutdown; an immediate one when it takes too long. Does nothing when the server is gone. */
export async function stop(pid: number, dataDir: string): Promise<void> {
  for (const signal of ['SIGINT', 'SIGQUIT', 'SIGKILL'] as const) {
    if (!isServerOf(pid, dataDir)) return;
    process.kill(pid, signal);
    const deadline = Date.now() + STOP_TIMEOUT_MS;
    while (isServerOf(pid, dataDir) && Date.now() < deadline) await sleep(10);
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done, fail) => server.once('error', fail).listen(0, '127.0.0.1', done));
  const { port } = server.address() as { port: number };
  await new Promise((done) => server.close(done));
  return port;
}
