import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { type DatabaseServer, openDatabaseServer } from './database-server.ts';
import { startEmbeddedPostgres } from './embedded-postgres.ts';

let folder: string;
let said: string[];
let servers: DatabaseServer[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cruddur-database-'));
  chmodSync(folder, 0o755);
  said = [];
  servers = [];
});
afterEach(async () => {
  for (const server of servers) await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function open(databaseUrl?: string): Promise<DatabaseServer> {
  const server = await openDatabaseServer(databaseUrl, folder, (line) => said.push(line));
  servers.push(server);
  return server;
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {});
  try {
    await client.connect();
    return (await client.query('select 1')).rowCount === 1;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => {});
  }
}

describe('the embedded server', () => {
  it('has a database per service, and is stopped by the last of several runners', async () => {
    const [first, second] = [await open(), await open()];
    const url = await first.createDatabase('user_activities');
    expect(await second.createDatabase('user_activities')).toBe(url);
    await first.stop();
    expect(await answers(url)).toBe(true);
    await second.stop();
    expect(await answers(url)).toBe(false);
    expect(said).toEqual([]);
  }, 60_000);

  it('is stopped by the next runner when the one before was killed', async () => {
    const left = await startEmbeddedPostgres({ dataDir: join(folder, 'postgres') });
    const server = await open();
    await server.stop();
    expect(await answers(left.url)).toBe(false);
  }, 60_000);

  it('is started again on its port when it dies, and keeps its databases', async () => {
    const server = await open();
    const url = await server.createDatabase('user_activities');
    const { pid } = await startEmbeddedPostgres({ dataDir: join(folder, 'postgres') });
    process.kill(pid, 'SIGKILL');
    while (said.at(-1) !== 'PostgreSQL is ready again') await sleep(20);
    expect(await answers(url)).toBe(true);
    expect(said[0]).toBe('PostgreSQL ended; starting it again');
  }, 60_000);
});

describe('DATABASE_URL', () => {
  it('gets a database per service on its server, which is left running', async () => {
    const own = await startEmbeddedPostgres({ dataDir: join(folder, 'own') });
    try {
      const server = await open(own.url);
      const url = await server.createDatabase('user_activities');
      expect([new URL(url).pathname, await answers(url)]).toEqual(['/user_activities', true]);
      await server.stop();
      expect(await answers(url)).toBe(true);
    } finally {
      await own.stop();
    }
  }, 60_000);

  it.each(['localhost:5432', 'mysql://localhost/x', 'nonsense'])('is refused when it is %s', async (url) => {
    await expect(open(url)).rejects.toThrow('DATABASE_URL must be postgres://');
  });

  it('is named, without its password, when nobody answers', async () => {
    const server = await open('postgres://me:hunter2@127.0.0.1:1/postgres');
    const failed = server.createDatabase('user_activities').catch((error: Error) => error.message);
    expect(await failed).toMatch(/user_activities on 127\.0\.0\.1:1 \(DATABASE_URL\)/);
    expect(await failed).not.toContain('hunter2');
    expect(server.text).not.toContain('hunter2');
  });
});
