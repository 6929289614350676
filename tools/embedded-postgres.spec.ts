import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { type EmbeddedPostgres, startEmbeddedPostgres } from './embedded-postgres.ts';

let folder: string;
let dataDir: string;
let servers: EmbeddedPostgres[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cruddur-test-'));
  // Temporary folders are closed to others, and the server of a root user runs as somebody else.
  chmodSync(folder, 0o755);
  dataDir = join(folder, 'postgres');
  servers = [];
});
afterEach(async () => {
  for (const server of servers) await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function start(options: { dataDir?: string; port?: number } = {}): Promise<EmbeddedPostgres> {
  const server = await startEmbeddedPostgres({ dataDir, ...options });
  servers.push(server);
  return server;
}

/** A process that is not PostgreSQL, though its command line has the word. */
async function bystander(): Promise<ChildProcess> {
  const child = spawn(process.execPath, ['-e', 'console.log(); setInterval(() => {}, 1000)', 'postgres'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  await once(child.stdout, 'data');
  return child;
}

function writeLock(pid: number, port: number): void {
  writeFileSync(join(dataDir, 'postmaster.pid'), `${pid}\n${dataDir}\n0\n${port}\n\n127.0.0.1\n\nready\n`);
}

async function query<T extends object>(url: string, text: string): Promise<T[]> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  try {
    return (await client.query<T>(text)).rows;
  } finally {
    await client.end();
  }
}

async function waitUntilGone(pid: number): Promise<void> {
  for (let i = 0; i < 500; i++) {
    try {
      process.kill(pid, 0);
    } catch {
      return;
    }
    await sleep(10);
  }
  throw new Error(`process ${pid} is still there`);
}

describe('startEmbeddedPostgres', () => {
  it('starts a real PostgreSQL 18 with UTF-8, and keeps its data over a restart', async () => {
    const first = await start();
    const url = await first.createDatabase('user_activities');
    await query(url, "create table notes as select 'grüße 🎉' as text");
    const [version] = await query<{ server_version: string }>(url, 'show server_version');
    expect(version?.server_version).toMatch(/^18\./);
    await first.stop();
    const second = await start();
    expect(second.reused).toBe(false);
    expect(await second.createDatabase('user_activities')).toContain('/user_activities');
    const again = new URL(second.url);
    again.pathname = '/user_activities';
    expect(await query(again.href, 'select text, upper(text) as upper from notes')).toEqual([
      { text: 'grüße 🎉', upper: 'GRÜßE 🎉' },
    ]);
  }, 60_000);

  it('finds a server that runs already', async () => {
    const first = await start();
    const second = await start();
    expect(second).toMatchObject({ reused: true, pid: first.pid, port: first.port });
  }, 60_000);

  it('recovers from kill -9 without losing what was committed', async () => {
    const first = await start();
    await query(first.url, 'create table numbers as select generate_series(1, 1000) as n');
    process.kill(first.pid, 'SIGKILL');
    await waitUntilGone(first.pid);
    const second = await start();
    expect(second.reused).toBe(false);
    expect(await query(second.url, 'select count(*)::int as n from numbers')).toEqual([{ n: 1000 }]);
  }, 60_000);

  it('recovers from kill -9 while a session is busy', async () => {
    const first = await start();
    const busy = query(first.url, 'select count(*) from generate_series(1, 5000000) a').catch(() => {});
    for (let active = 0; active === 0;) {
      const [row] = await query<{ n: number }>(
        first.url,
        "select count(*)::int as n from pg_stat_activity where query like '%generate_series%' and pid <> pg_backend_pid()",
      );
      active = row?.n ?? 0;
    }
    process.kill(first.pid, 'SIGKILL');
    await waitUntilGone(first.pid);
    const second = await start();
    expect(await query(second.url, 'select 1 as n')).toEqual([{ n: 1 }]);
    await busy;
  }, 60_000);

  it('ignores the lock file of a server whose process number is not in use', async () => {
    const gone = await bystander();
    gone.kill('SIGKILL');
    await once(gone, 'exit');
    await (await start()).stop();
    writeLock(gone.pid!, 1);
    expect((await start()).reused).toBe(false);
  }, 60_000);

  it('leaves alone a process that has the number, and a server that has the port, of a stale lock file', async () => {
    const other = await start({ dataDir: join(folder, 'other') });
    await (await start()).stop();
    const innocent = await bystander();
    try {
      writeLock(innocent.pid!, other.port);
      const server = await start();
      expect(server.reused).toBe(false);
      expect(server.port).not.toBe(other.port);
      await server.stop();
      expect([innocent.exitCode, innocent.signalCode]).toEqual([null, null]);
      expect(await query(other.url, 'select 1 as n')).toEqual([{ n: 1 }]);
    } finally {
      innocent.kill('SIGKILL');
    }
  }, 60_000);

  it('does not take the server that has the wanted port for its own', async () => {
    const other = await start({ dataDir: join(folder, 'other') });
    await expect(start({ port: other.port })).rejects.toThrow(
      new RegExp(`did not start on .*, port ${other.port}:[^]*Address already in use`),
    );
    expect(await query(other.url, 'select 1 as n')).toEqual([{ n: 1 }]);
  }, 60_000);

  it('stops only its own server: stopping twice is harmless, and a later server keeps running', async () => {
    const first = await start();
    await first.stop();
    const second = await start();
    await first.stop();
    expect(await query(second.url, 'select 1 as n')).toEqual([{ n: 1 }]);
  }, 60_000);

  it('removes what an interrupted first start left, and keeps what a running one works on', async () => {
    const gone = await bystander();
    gone.kill('SIGKILL');
    await once(gone, 'exit');
    mkdirSync(`${dataDir}.initdb-${gone.pid}-abcdef`);
    mkdirSync(`${dataDir}.initdb-${process.pid}-abcdef`);
    await start();
    expect(readdirSync(folder).sort()).toEqual(['postgres', `postgres.initdb-${process.pid}-abcdef`, 'postgres.log']);
  }, 60_000);

  it('never clears a folder with something else in it', async () => {
    mkdirSync(dataDir);
    writeFileSync(join(dataDir, 'thesis.txt'), 'years of work');
    await expect(start()).rejects.toThrow(`${dataDir} is not empty and holds no PostgreSQL data`);
    expect(readFileSync(join(dataDir, 'thesis.txt'), 'utf8')).toBe('years of work');
  });

  it('starts in a folder that only its owner can enter', async () => {
    chmodSync(folder, 0o700);
    const server = await start();
    const [row] = await query<{ data_directory: string }>(server.url, 'show data_directory');
    expect((await start()).pid).toBe(server.pid);
    await server.stop();
    for (const path of [row!.data_directory, `${row!.data_directory}.log`]) rmSync(path, { recursive: true });
  }, 60_000);

  it('serves two first starts at the same time with one server', async () => {
    const [a, b] = await Promise.all([start(), start()]);
    expect([b.pid, b.port]).toEqual([a.pid, a.port]);
    expect([a.reused, b.reused].sort()).toEqual([false, true]);
    expect(readdirSync(folder).sort()).toEqual(['postgres', 'postgres.log']);
  }, 60_000);

  it('serves two starts on the same data and port with one server, which either can stop', async () => {
    const { port, stop } = await start();
    await stop();
    const [a, b] = await Promise.all([start({ port }), start({ port })]);
    expect([b.pid, b.port]).toEqual([a.pid, port]);
    await (a.reused ? a : b).stop();
    await expect(query(a.url, 'select 1')).rejects.toThrow('ECONNREFUSED');
  }, 60_000);

  it('makes a database once, also when two ask at the same time', async () => {
    const server = await start();
    const urls = await Promise.all([server.createDatabase('home'), server.createDatabase('home')]);
    expect(new Set(urls).size).toBe(1);
  }, 60_000);
});
