import { describe, expect, it } from '@jest/globals';
import type { BubbleUpResult } from '../api/types.js';
import { rankColumns } from './bubble-up.js';

const result = (changes: Partial<BubbleUpResult>): BubbleUpResult => ({
  selection_count: 100,
  baseline_count: 1000,
  columns: [
    {
      column: 'service.name',
      type: 'string',
      selection: [{ value: 'gateway', count: 100 }],
      baseline: [{ value: 'gateway', count: 1000 }],
    },
    {
      column: 'region',
      type: 'string',
      selection: [
        { value: 'eu', count: 60 },
        { value: 'us', count: 40 },
      ],
      baseline: [
        { value: 'eu', count: 400 },
        { value: 'us', count: 600 },
      ],
    },
    {
      column: 'user.id',
      type: 'string',
      selection: [{ value: 'u-7', count: 98 }],
      baseline: [
        { value: 'u-7', count: 20 },
        { value: 'u-1', count: 90 },
      ],
    },
    { column: 'retry', type: 'boolean', selection: [{ value: true, count: 50 }], baseline: [] },
  ],
  ...changes,
});

describe('what makes a selection different', () => {
  it('ranks by the largest difference of a share, and leaves out what is alike', () => {
    expect(rankColumns(result({})).map(({ column }) => column)).toEqual(['user.id', 'retry', 'region']);
  });

  it('gives shares of each side, the most telling value first', () => {
    expect(rankColumns(result({}))[0]?.values[0]).toEqual({ label: 'u-7', value: 'u-7', selected: 0.98, rest: 0.02 });
  });

  it('trusts a selection of one trace less', () => {
    const one = result({
      selection_count: 1,
      columns: [{ column: 'x', type: 'string', selection: [{ value: 'v', count: 1 }], baseline: [] }],
    });
    expect(rankColumns(one)[0]?.score).toBe(0.25);
  });

  it('stands an empty side', () => {
    expect(rankColumns(result({ selection_count: 0, columns: [] }))).toEqual([]);
  });
});
