import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
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

async function start(): Promise<EmbeddedPostgres> {
  const server = await startEmbeddedPostgres({ dataDir });
  servers.push(server);
  return server;
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

  it('removes the lock file of a server whose process number somebody else has now', async () => {
    const first = await start();
    await first.stop();
    writeFileSync(join(dataDir, 'postmaster.pid'), `${process.pid}\n${dataDir}\n0\n1\n\n127.0.0.1\n\nready\n`);
    expect((await start()).reused).toBe(false);
  }, 60_000);

  it('starts over when an earlier start was interrupted before the data was complete', async () => {
    mkdirSync(dataDir, { recursive: true });
    writeFileSync(join(dataDir, 'half'), '');
    await start();
    expect(existsSync(join(dataDir, 'half'))).toBe(false);
  }, 60_000);

  it('serves two starts at the same time with one server', async () => {
    await (await start()).stop();
    const [a, b] = await Promise.all([start(), start()]);
    expect(a.pid).toBe(b.pid);
  }, 60_000);

  it('makes a database once, also when two ask at the same time', async () => {
    const server = await start();
    const urls = await Promise.all([server.createDatabase('home'), server.createDatabase('home')]);
    expect(new Set(urls).size).toBe(1);
  }, 60_000);
});
