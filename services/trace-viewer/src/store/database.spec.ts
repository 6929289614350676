import { join } from 'node:path';
import { DuckDBPreparedStatement } from '@duckdb/node-api';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { temporaryDirectory } from '../testing/requests.js';
import { Database } from './database.js';

const TIME = 1_234_567_890_123_456n;
let database: Database;
let remove: () => void;

beforeEach(async () => {
  let directory: string;
  ({ directory, remove } = temporaryDirectory());
  database = await Database.open(join(directory, 'traces.duckdb'), 128);
});
afterEach(() => {
  jest.restoreAllMocks();
  database.close();
  remove();
});

/** Commits the first row of the logs when the next statement has been planned and does not run yet. */
function commitBeforeItRuns(): void {
  for (const method of ['run', 'stream'] as const) {
    const original = DuckDBPreparedStatement.prototype[method];
    jest.spyOn(DuckDBPreparedStatement.prototype, method).mockImplementationOnce(async function (
      this: DuckDBPreparedStatement,
    ) {
      // prettier-ignore
      await database.writer.run(`INSERT INTO logs(time_ns) VALUES (${TIME})`);
      return original.call(this) as never;
    });
  }
}

describe('a read that a commit overtakes', () => {
  // The sort is planned for numbers within the statistics: with the row, it would be for none.
  const SQL = 'SELECT time_ns FROM logs ORDER BY time_ns';
  const inChunks = async () => {
    const seen: unknown[] = [];
    await database.inChunks(SQL, [], (values) => seen.push(...values.flat()));
    return seen;
  };
  const READS: [string, () => Promise<unknown[]>][] = [
    ['all', async () => (await database.all(SQL)).map((row) => BigInt(row['time_ns'] as string))],
    ['columns', async () => (await database.columns(SQL)).values.flat()],
    ['inChunks', inChunks],
  ];

  it.each(READS)('is of the time at which it began, and the next one has the row: %s', async (_, read) => {
    commitBeforeItRuns();
    expect(await read()).toEqual([]);
    expect(await read()).toEqual([TIME]);
  });
});
