import { describe, expect, it } from '@jest/globals';
import { type Query, columnsOf, sameQuery, toSend } from './query.ts';

const query: Query = {
  calculations: [{ op: 'COUNT' }, { op: 'P95', column: 'duration_ms' }],
  breakdowns: ['user.id'],
  filters: [{ column: 'span.kind', op: '=', value: 'server' }],
  orders: [{ op: 'P95', column: 'duration_ms', order: 'descending' }],
  time_range: 3_600,
};

describe('columnsOf', () => {
  it('names every column once, wherever it stands', () => {
    const havings = [{ calculate_op: 'MAX', column: 'size', op: '>', value: 1 }];
    expect(columnsOf({ ...query, havings }).sort()).toEqual(['duration_ms', 'size', 'span.kind', 'user.id']);
    expect(columnsOf({})).toEqual([]);
  });
});

describe('sameQuery', () => {
  it('does not care who spells out the defaults', () => {
    const spelled = { ...query, filter_combination: 'AND', limit: 100, havings: [], granularity: 0, id: 'x' };
    const calculations = [{ op: 'COUNT', column: null }, query.calculations![1]!];
    expect(sameQuery(query, { ...spelled, calculations })).toBe(true);
    expect(sameQuery({}, { calculations: [{ op: 'COUNT' }], time_range: 7_200 })).toBe(true);
  });

  it.each<[string, Query]>([
    ['calculations', { calculations: [{ op: 'COUNT' }] }],
    ['breakdowns', { breakdowns: [] }],
    ['filters', { filters: [{ column: 'span.kind', op: '=', value: 'client' }] }],
    ['filter_combination', { filter_combination: 'OR' }],
    ['orders', { orders: [{ op: 'P95', column: 'duration_ms' }] }],
    ['havings', { havings: [{ calculate_op: 'COUNT', op: '>', value: 1 }] }],
    ['limit', { limit: 50 }],
    ['time_range', { time_range: 7_200 }],
    ['start_time', { start_time: 1 }],
  ])('sees other %s', (_, change) => {
    expect(sameQuery(query, { ...query, ...change })).toBe(false);
  });
});

it('toSend leaves out what says nothing', () => {
  expect(toSend({ ...query, havings: [], granularity: 0 })).toEqual(query);
});
