import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { TestServer } from '../testing/test-server.js';
import { describeDatabase, isDatabaseUrl } from './database-url.js';
import { migrate } from './migrate.js';
import { openDatabase } from './open-database.js';
import { Postgres } from './postgres.js';
import { deleteSome, Sweeper } from './sweeper.js';
import { DatabaseUnavailableError } from './unavailable.js';

const applicationName = 'spec';
let server: TestServer;
let temporary: string;

beforeAll(async () => {
  server = await TestServer.start();
  temporary = await mkdtemp(join(tmpdir(), 'cruddur-migrations-'));
}, 60_000);
afterAll(async () => {
  await server.stop();
  await rm(temporary, { recursive: true });
});

/** A folder of migrations, `{ '0001_x.sql': 'CREATE ...' }`. */
async function folderOf(name: string, files: Record<string, string>): Promise<URL> {
  const folder = join(temporary, name);
  await mkdir(folder, { recursive: true });
  for (const [file, sql] of Object.entries(files)) await writeFile(join(folder, file), sql);
  return pathToFileURL(`${folder}/`);
}

async function withPostgres<T>(databaseUrl: string, work: (postgres: Postgres) => Promise<T>): Promise<T> {
  const postgres = new Postgres({ databaseUrl, applicationName });
  try {
    return await work(postgres);
  } finally {
    await postgres.onApplicationShutdown();
  }
}

const COUNT = { name: 'count', text: 'SELECT count(*)::int AS count FROM notes' };
const INSERT = { name: 'insert', text: 'INSERT INTO notes VALUES ($1)' };

describe('migrate', () => {
  it('applies each file once, in order', async () => {
    const url = await server.createDatabase();
    const folder = await folderOf('order', {
      '0002_second.sql': 'INSERT INTO notes VALUES (1); INSERT INTO notes VALUES (2);',
      '0001_first.sql': 'CREATE TABLE notes (id int);',
      'readme.txt': 'not SQL',
    });
    expect(await migrate(url, folder)).toEqual(['0001_first.sql', '0002_second.sql']);
    expect(await migrate(url, folder)).toEqual([]);
    expect(await withPostgres(url, (postgres) => postgres.query(COUNT))).toEqual([{ count: 2 }]);
  });

  it('lets replicas that start together all succeed', async () => {
    const url = await server.createDatabase();
    const folder = await folderOf('replicas', {
      '0001_notes.sql': 'CREATE TABLE notes (id int); SELECT pg_sleep(0.1);',
    });
    const applied = await Promise.all(Array.from({ length: 6 }, () => migrate(url, folder)));
    expect(applied.flat()).toEqual(['0001_notes.sql']);
  });

  it('applies nothing when one file fails, and names it', async () => {
    const url = await server.createDatabase();
    const folder = await folderOf('failing', {
      '0001_notes.sql': 'CREATE TABLE notes (id int);',
      '0002_bad.sql': 'CREATE TABEL x ();',
    });
    await expect(migrate(url, folder)).rejects.toThrow(/Migration 0002_bad\.sql failed: syntax error/);
    await expect(withPostgres(url, (postgres) => postgres.query(COUNT))).rejects.toThrow(/"notes" does not exist/);
  });

  it('refuses a file that was changed after it had been applied', async () => {
    const url = await server.createDatabase();
    await migrate(url, await folderOf('before', { '0001_notes.sql': 'CREATE TABLE notes (id int);' }));
    const changed = await folderOf('after', { '0001_notes.sql': 'CREATE TABLE notes (id bigint);' });
    await expect(migrate(url, changed)).rejects.toThrow(/0001_notes\.sql was changed/);
  });

  it('leaves alone what a newer release has applied', async () => {
    const url = await server.createDatabase();
    const first = { '0001_notes.sql': 'CREATE TABLE notes (id int);' };
    await migrate(url, await folderOf('newer', { ...first, '0002_more.sql': 'CREATE TABLE more ();' }));
    expect(await migrate(url, await folderOf('older', first))).toEqual([]);
  });
});

describe('Postgres.transaction', () => {
  it('keeps all of it or nothing', async () => {
    const url = await server.createDatabase();
    await migrate(url, await folderOf('transaction', { '0001_notes.sql': 'CREATE TABLE notes (id int);' }));
    await withPostgres(url, async (postgres) => {
      await postgres.transaction((transaction) => transaction.query({ ...INSERT, values: [1] }));
      const failing = postgres.transaction(async (transaction) => {
        await transaction.query({ ...INSERT, values: [2] });
        throw new Error('changed my mind');
      });
      await expect(failing).rejects.toThrow('changed my mind');
      expect(await postgres.query(COUNT)).toEqual([{ count: 1 }]);
    });
  });

  it('gives every connection back', async () => {
    await withPostgres(await server.createDatabase(), async (postgres) => {
      const failures = Array.from({ length: 50 }, () => postgres.transaction(() => Promise.reject(new Error('no'))));
      expect((await Promise.allSettled(failures)).every(({ status }) => status === 'rejected')).toBe(true);
      await postgres.ping();
    });
  });
});

describe('Postgres.queryTogether', () => {
  const WHERE = { name: 'where', text: 'SELECT pg_backend_pid() AS connection, txid_current() AS transaction' };
  const DIVIDE = { name: 'divide', text: 'SELECT 6 / $1::int AS result' };

  it('sends what comes in one turn on few connections, in transactions of their own', async () => {
    await withPostgres(await server.createDatabase(), async (postgres) => {
      const ask = () => postgres.queryTogether<{ connection: number; transaction: string }>(WHERE);
      const answers = (await Promise.all(Array.from({ length: 30 }, ask))).flat();
      expect(new Set(answers.map(({ connection }) => connection)).size).toBe(3);
      expect(new Set(answers.map(({ transaction }) => transaction)).size).toBe(30);
    });
  });

  it('fails only the statement that is at fault', async () => {
    await withPostgres(await server.createDatabase(), async (postgres) => {
      const divisors = [1, 0, 2, 0, 3];
      const answers = divisors.map((divisor) => postgres.queryTogether({ ...DIVIDE, values: [divisor] }));
      const results = (await Promise.allSettled(answers)).map((settled) =>
        settled.status === 'fulfilled' ? settled.value : (settled.reason as Error).message,
      );
      const zero = 'division by zero';
      expect(results).toEqual([[{ result: 6 }], zero, [{ result: 3 }], zero, [{ result: 2 }]]);
    });
  });

  it('gives every connection back', async () => {
    await withPostgres(await server.createDatabase(), async (postgres) => {
      for (let turn = 0; turn < 30; turn++) {
        const answers = [1, 0].map((divisor) => postgres.queryTogether({ ...DIVIDE, values: [divisor] }));
        await Promise.allSettled(answers);
      }
      await postgres.ping();
    });
  });

  it('fails all of them, as unavailable, when the server goes', async () => {
    await withPostgres(await server.createDatabase(), async (postgres) => {
      const sleep = { name: 'sleep', text: 'SELECT pg_sleep(5)' };
      const answers = Promise.allSettled([1, 2, 3].map(() => postgres.queryTogether(sleep)));
      await server.down();
      for (const settled of await answers) {
        expect(settled).toMatchObject({ status: 'rejected', reason: expect.any(DatabaseUnavailableError) as unknown });
      }
      await expect(postgres.queryTogether(WHERE)).rejects.toBeInstanceOf(DatabaseUnavailableError);
      await server.up();
      expect(await postgres.queryTogether(WHERE)).toHaveLength(1);
    });
  });
});

describe('a server that goes and comes back', () => {
  it('costs the queries of the moment, not the process', async () => {
    await withPostgres(await server.createDatabase(), async (postgres) => {
      await postgres.ping();
      // Checked out, and between two queries: nobody but the pool could be listening for the connection's end.
      const broken = postgres.transaction(async (transaction) => {
        await server.down();
        return transaction.query({ name: 'one', text: 'SELECT 1' });
      });
      await expect(broken).rejects.toBeInstanceOf(DatabaseUnavailableError);
      await expect(postgres.ping()).rejects.toBeInstanceOf(DatabaseUnavailableError);
      await server.up();
      await postgres.ping();
    });
  });

  it('is waited for at start', async () => {
    const databaseUrl = await server.createDatabase();
    await server.down();
    const migrations = await folderOf('patience', { '0001_notes.sql': 'CREATE TABLE notes (id int);' });
    const opening = openDatabase({ databaseUrl, applicationName, migrations });
    await server.up();
    const postgres = await opening;
    expect(await postgres.query(COUNT)).toEqual([{ count: 0 }]);
    await postgres.onApplicationShutdown();
  });
});

/** A cable to the server that can be cut without either end being told. */
async function startCable(port: number) {
  const cable = { isCut: false, port: 0, stop: () => {} };
  const sockets = new Set<Socket>();
  const listener = createServer((near) => {
    const far = connect(port, '127.0.0.1');
    for (const [from, to] of [[near, far], [far, near]] as const) {
      sockets.add(from.on('error', () => undefined));
      from.on('data', (bytes) => cable.isCut || to.write(bytes)).on('close', () => cable.isCut || to.destroy());
    }
  }); // prettier-ignore
  await once(listener.listen(0, '127.0.0.1'), 'listening');
  cable.port = (listener.address() as AddressInfo).port;
  cable.stop = () => {
    for (const socket of sockets) socket.destroy();
    listener.close();
  };
  return cable;
}

describe('a server that says nothing any more', () => {
  const PID = { name: 'pid', text: 'SELECT pg_backend_pid() AS pid' };

  it('is given up, with all that waits for it; a connection that nobody uses may be silent', async () => {
    const url = new URL(await server.createDatabase());
    const cable = await startCable(Number(url.port));
    url.port = String(cable.port);
    const postgres = new Postgres({ databaseUrl: url.href, applicationName, silenceMs: 300 });
    try {
      const before = await postgres.query(PID);
      await sleep(400);
      expect(await postgres.query(PID)).toEqual(before);
      cable.isCut = true;
      const together = [postgres.queryTogether(PID), postgres.queryTogether(PID)];
      const transaction = postgres.transaction((within) => within.query(PID));
      for (const asked of [...together, transaction]) {
        await expect(asked).rejects.toBeInstanceOf(DatabaseUnavailableError);
      }
      cable.isCut = false;
      expect(await postgres.query(PID)).not.toEqual(before);
    } finally {
      cable.stop();
      await postgres.onApplicationShutdown();
    }
  });
});

describe('a statement that fails', () => {
  it.each(['query', 'queryTogether'] as const)('names in its stack who has sent it with %s()', async (way) => {
    await withPostgres(await server.createDatabase(), async (postgres) => {
      const askForNothing = async () => void (await postgres[way]({ name: 'no', text: 'SELECT * FROM nothing' }));
      const error = await askForNothing().catch((reason: unknown) => reason as Error);
      expect(error).toMatchObject({ message: 'relation "nothing" does not exist', code: '42P01' });
      expect((error as Error).stack).toContain('askForNothing');
    });
  });
});

describe('openDatabase', () => {
  it.each([
    ['nothing listens', 'postgres://ada:hunter2@127.0.0.1:1/feed', /127\.0\.0\.1:1\/feed.*ECONNREFUSED/],
    ['no such database', undefined, /database "absent" does not exist/],
  ])('names DATABASE_URL and no password when %s', async (_case, url, reason) => {
    const databaseUrl = url ?? `postgres://postgres:hunter2@127.0.0.1:${server.port}/absent`;
    const migrations = await folderOf('unused', { '0001_notes.sql': 'CREATE TABLE notes (id int);' });
    const error = await openDatabase({ databaseUrl, applicationName, migrations, patienceMs: 0 }).catch(
      (reason: unknown) => reason as Error,
    );
    expect(error).toBeInstanceOf(Error);
    const { message } = error as Error;
    expect(message).toMatch(/^DATABASE_URL: cannot use PostgreSQL/);
    expect(message).toMatch(reason);
    expect(message).not.toContain('hunter2');
  });
});

describe('Postgres.ping', () => {
  it('does not wait for a server that accepts and says nothing', async () => {
    const mute = createServer().listen(0, '127.0.0.1');
    await once(mute, 'listening');
    const { port } = mute.address() as AddressInfo;
    const sockets = new Set<{ destroy(): void }>();
    mute.on('connection', (socket) => sockets.add(socket));
    const postgres = new Postgres({ databaseUrl: `postgres://ada@127.0.0.1:${port}/feed`, applicationName });
    await expect(postgres.ping()).rejects.toThrow(/no answer within a second/);
    for (const socket of sockets) socket.destroy();
    mute.close();
    await postgres.onApplicationShutdown();
  });
});

describe('the sweeper', () => {
  it('deletes everything that its statements name, batch after batch, and nothing else', async () => {
    const url = await server.createDatabase();
    await withPostgres(url, async (postgres) => {
      const run = (text: string) => postgres.query<Record<string, number>>({ name: text.slice(0, 60), text });
      await run('CREATE TABLE notes (shelf int, number int, PRIMARY KEY (shelf, number))');
      await run('CREATE TABLE drafts (id int PRIMARY KEY)');
      await run('INSERT INTO notes SELECT n % 2, n FROM generate_series(1, 5000) n');
      await run('INSERT INTO drafts SELECT generate_series(1, 10)');
      const notes = deleteSome('notes', 'shelf, number', 'shelf = 1 ORDER BY number');
      await new Sweeper(postgres, [notes, deleteSome('drafts', 'id', 'id > 4')]).sweep();
      expect(await run('SELECT min(shelf), max(shelf), count(*)::int FROM notes')).toEqual([
        { min: 0, max: 0, count: 2_500 },
      ]);
      expect(await run('SELECT count(*)::int FROM drafts')).toEqual([{ count: 4 }]);
    });
  });

  it('leaves it for the next round when the database does not let it', async () => {
    const url = await server.createDatabase();
    await withPostgres(url, async (postgres) => {
      await expect(new Sweeper(postgres, [deleteSome('nowhere', 'id', 'true')]).sweep()).resolves.toBeUndefined();
    });
  });
});

describe('DATABASE_URL', () => {
  it.each([
    ['postgres://ada:secret@db.internal/feed', true],
    ['postgresql://db:6543/feed?sslmode=require', true],
    ['postgres://db', false],
    ['postgres://db/', false],
    ['mysql://db/feed', false],
    ['feed', false],
  ])('%s: %s', (url, valid) => {
    expect(isDatabaseUrl(url)).toBe(valid);
  });

  it('is shown without user and password', () => {
    expect(describeDatabase('postgres://ada:secret@db.internal/feed')).toBe('db.internal:5432/feed');
  });
});
