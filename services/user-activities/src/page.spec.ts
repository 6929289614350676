import { describe, expect, it } from '@jest/globals';
import { decodeCursor, InvalidInputError } from '@cruddur/contracts';
import { pageValues, toPage } from './page.js';

const rows = ['1', '2', '3'].map((digit) => ({
  created_at: `2026-11-21T04:10:00.00${digit}Z`,
  uuid: `5c1f0a52-9b7e-4d0e-8a36-1f2d3c4b5a6${digit}`,
}));

describe('a page', () => {
  it('reads one row more than it shows, to know whether there is a next page', () => {
    const query = { limit: 2 };
    expect(pageValues(query)[2]).toBe(3);
    const page = toPage(rows, query);
    expect(page.activities).toEqual(rows.slice(0, 2));
    expect(decodeCursor(page.next_cursor!)).toEqual(rows[1]);
  });

  it('begins after the cursor', () => {
    const { next_cursor } = toPage(rows, { limit: 2 });
    expect(pageValues({ limit: 2, cursor: next_cursor! })).toEqual([rows[1]!.created_at, rows[1]!.uuid, 3]);
  });

  it('is the last one when nothing is left', () => {
    expect(toPage(rows, { limit: 3 }).next_cursor).toBeNull();
    expect(toPage([], { limit: 3 })).toEqual({ activities: [], next_cursor: null });
  });

  it('refuses a cursor of somebody else', () => {
    expect(() => pageValues({ limit: 2, cursor: 'x' })).toThrow(InvalidInputError);
  });
});
