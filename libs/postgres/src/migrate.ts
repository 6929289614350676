import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';

/** Any constant does, as long as nothing else in the same database locks on it. */
const MIGRATION_LOCK = 4_569_001;

interface Migration {
  name: string;
  sql: string;
  checksum: string;
}

/**
 * Applies the folder's .sql files that the database does not have yet, in the order of their names, in one transaction:
 * all or none. Replicas that start together wait for each other. Migrations that only the database knows are left alone,
 * so that an older release can run beside a newer one.
 *
 * @returns the names of those applied now
 * @throws when a file failed, or was changed after it had been applied
 */
export async function migrate(databaseUrl: string, folder: URL): Promise<string[]> {
  const migrations = await readMigrations(folder);
  // Its own connection, because the pool's time limits are made for requests and not for waiting one's turn.
  const client = new pg.Client({ connectionString: databaseUrl, application_name: 'migrations' });
  await client.connect();
  try {
    return await applyPending(client, migrations);
  } finally {
    await client.end();
  }
}

async function applyPending(client: pg.Client, migrations: Migration[]): Promise<string[]> {
  // An error needs no ROLLBACK: the connection ends with it.
  await client.query('BEGIN');
  await client.query('SELECT pg_advisory_xact_lock($1)', [MIGRATION_LOCK]);
  await client.query(`CREATE TABLE IF NOT EXISTS schema_migrations (
    name text PRIMARY KEY, checksum text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())`);
  const { rows } = await client.query<Migration>('SELECT name, checksum FROM schema_migrations');
  const applied = new Map(rows.map(({ name, checksum }) => [name, checksum]));
  const pending = migrations.filter((migration) => !isApplied(migration, applied));
  for (const { name, sql, checksum } of pending) {
    await client.query(sql).catch((cause: Error) => {
      throw new Error(`Migration ${name} failed: ${cause.message}`, { cause });
    });
    await client.query('INSERT INTO schema_migrations (name, checksum) VALUES ($1, $2)', [name, checksum]);
  }
  await client.query('COMMIT');
  return pending.map(({ name }) => name);
}

async function readMigrations(folder: URL): Promise<Migration[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.sql')).sort();
  if (names.length === 0) throw new Error(`No migrations in ${fileURLToPath(folder)}`);
  return Promise.all(
    names.map(async (name) => {
      const sql = await readFile(new URL(name, folder), 'utf8');
      return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
    }),
  );
}

function isApplied({ name, checksum }: Migration, applied: Map<string, string>): boolean {
  const known = applied.get(name);
  if (known !== undefined && known !== checksum) {
    throw new Error(`Migration ${name} was changed after it had been applied; add a new one instead`);
  }
  return known !== undefined;
}
