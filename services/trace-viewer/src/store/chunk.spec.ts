import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { Chunk, CHUNK_ROWS, type CoreValue } from './chunk.js';
import type { SqlType } from './schema.js';

let instance: DuckDBInstance;
let connection: DuckDBConnection;

beforeEach(async () => {
  instance = await DuckDBInstance.create(':memory:');
  connection = await instance.connect();
});
afterEach(() => {
  connection.closeSync();
  instance.closeSync();
});

/** The rows as they are read after they were appended, undefined standing for a value never set. */
async function stored(types: SqlType[], rows: (CoreValue | undefined)[][]): Promise<unknown[][]> {
  await connection.run(`CREATE OR REPLACE TABLE t(${types.map((type, i) => `c${i} ${type}`).join(', ')})`);
  const appender = await connection.createAppender('t');
  const chunk = new Chunk(types);
  for (const row of rows) {
    row.forEach((value, i) => value !== undefined && chunk.set(i, value));
    if (chunk.endRow()) chunk.appendTo(appender);
  }
  chunk.appendTo(appender);
  appender.closeSync();
  return (await connection.runAndReadAll('SELECT * FROM t ORDER BY rowid')).getRows();
}

describe('a chunk', () => {
  it('holds every type at its bounds, and nulls', async () => {
    const rows: CoreValue[][] = [
      ['text', 0.1, true, 2n ** 63n - 1n, 2 ** 31 - 1, 2 ** 32 - 1, 255],
      [null, null, null, null, null, null, null],
      ['', -1.5e308, false, -(2n ** 63n), -(2 ** 31), 0, 0],
    ];
    expect(await stored(['VARCHAR', 'DOUBLE', 'BOOLEAN', 'BIGINT', 'INTEGER', 'UINTEGER', 'UTINYINT'], rows)).toEqual(
      rows,
    );
  });

  it.each([['\u{1f600}'], ['a']])('keeps texts of every length, together with %j', async (other) => {
    const texts = Array.from({ length: 30 }, (_, i) => 'abcdefghij'.repeat(3).slice(0, i));
    texts.push(other, 'é'.repeat(6), 'é'.repeat(6) + 'x', '漢'.repeat(4), '漢'.repeat(5), 'x'.repeat(3_000_000), '\0');
    texts.push('a\0b', `${'a'.repeat(20)}\0${'b'.repeat(20)}`);
    expect(
      await stored(
        ['VARCHAR'],
        texts.map((text) => [text]),
      ),
    ).toEqual(texts.map((text) => [text]));
  });

  it('writes texts as the appender of DuckDB does, halves of a surrogate pair too', async () => {
    const texts = ['\ud83d', '\ude00', 'long enough to be outside \ud83d', '\ude00 and so is this', 'x\ud83dy\0'];
    const rows = await stored(
      ['VARCHAR'],
      texts.map((text) => [text]),
    );
    await connection.run('CREATE TABLE other(c0 VARCHAR)');
    const appender = await connection.createAppender('other');
    for (const text of texts) {
      appender.appendVarchar(text);
      appender.endRow();
    }
    appender.closeSync();
    expect(rows).toEqual((await connection.runAndReadAll('SELECT * FROM other ORDER BY rowid')).getRows());
  });

  it.each([1, CHUNK_ROWS - 1, CHUNK_ROWS, CHUNK_ROWS + 1, 3 * CHUNK_ROWS + 1])(
    'keeps %i rows in order',
    async (count) => {
      const rows = Array.from({ length: count }, (_, i) => [
        i,
        i % 3 ? `a text of number ${i}` : null,
        i % 2 ? i : null,
      ]);
      expect(await stored(['INTEGER', 'VARCHAR', 'DOUBLE'], rows)).toEqual(rows);
    },
  );

  it('knows nothing of the chunk before, in columns that are set in some', async () => {
    const rows = Array.from({ length: 3 * CHUNK_ROWS }, (_, i) =>
      i < CHUNK_ROWS || i === 3 * CHUNK_ROWS - 1 ? [i, `only in the first and last ${i}`, i, true] : [i],
    );
    const expected = rows.map((row) => [row[0], row[1] ?? null, row[2] ?? null, row[3] ?? null]);
    expect(await stored(['INTEGER', 'VARCHAR', 'DOUBLE', 'BOOLEAN'], rows)).toEqual(expected);
  });

  it('takes the last value that a row sets, which may be null', async () => {
    const appended = new Chunk(['VARCHAR', 'DOUBLE']);
    await connection.run('CREATE TABLE t(a VARCHAR, b DOUBLE)');
    const appender = await connection.createAppender('t');
    for (const value of ['first, and longer than a cell', null, 'second, and longer than a cell'])
      appended.set(0, value);
    for (const value of [1, null]) appended.set(1, value);
    appended.endRow();
    appended.appendTo(appender);
    appender.closeSync();
    expect((await connection.runAndReadAll('FROM t')).getRows()).toEqual([['second, and longer than a cell', null]]);
  });

  it('begins anew after rows that DuckDB has refused', async () => {
    await connection.run('CREATE TABLE t(a INTEGER, b VARCHAR)');
    const appender = await connection.createAppender('t');
    const chunk = new Chunk(['VARCHAR', 'VARCHAR']);
    const append = (...row: CoreValue[]) => {
      row.forEach((value, i) => chunk.set(i, value));
      chunk.endRow();
      chunk.appendTo(appender);
    };
    expect(() => append('no number', 'refused')).toThrow('type mismatch');
    append('7');
    appender.closeSync();
    expect((await connection.runAndReadAll('FROM t')).getRows()).toEqual([[7, null]]);
  });

  it('is full early when its texts are long', () => {
    const chunk = new Chunk(['VARCHAR']);
    chunk.set(0, 'x'.repeat(5_000_000));
    expect(chunk.endRow()).toBe(true);
  });
});
