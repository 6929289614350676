import { describe, expect, it } from '@jest/globals';
import { summariseQuery } from './query-summary.js';

describe('summariseQuery', () => {
  it.each([
    ['SELECT id FROM activities WHERE handle = $1', 'SELECT activities'],
    ['select "id" from "activities" a join users u on u.id = a.user_id', 'SELECT activities'],
    [
      'insert into public.users (handle) values ($1) on conflict do update set handle = excluded.handle',
      'INSERT public.users',
    ],
    ['UPDATE activities SET likes = likes + 1', 'UPDATE activities'],
    ['select 1 from activities for update', 'SELECT activities'],
    ['delete from idempotency_keys where created_at < $1', 'DELETE idempotency_keys'],
    ['-- a remark\nselect * from users', 'SELECT users'],
    ['/* a remark */ begin', 'BEGIN'],
    ['commit', 'COMMIT'],
    ['select 1', 'SELECT'],
    ['with page as (select * from activities) select * from page', 'SELECT activities'],
    ['with new as (insert into replies (x) values (1) returning id) update activities set n = n + 1', 'INSERT replies UPDATE activities'], // prettier-ignore
    ["select 'insert into secrets' from users", 'SELECT users'],
  ])('%s', (sql, summary) => {
    expect(summariseQuery(sql).summary).toBe(summary);
  });

  it('names the operation that changes something before one that reads', () => {
    const sql = 'with a as (select * from users) insert into activities select * from a';
    expect(summariseQuery(sql)).toMatchObject({ operation: 'INSERT', collection: 'activities' });
  });

  it('never repeats a value', () => {
    expect(summariseQuery("insert into users (email) values ('a@example.org')").summary).toBe('INSERT users');
  });

  it('takes no noticeable time for a long hostile statement', () => {
    expect(summariseQuery(`select ${'('.repeat(20_000)} from x`).operation).toBe('SELECT');
  });
});
