import { describe, expect, it } from '@jest/globals';
import type { QueryResult } from '../api/types.js';
import { toCharts } from './to-chart.js';

const time = (second: number) => new Date(second * 1000).toISOString();
const result = (changes: Partial<QueryResult>): QueryResult => ({
  columns: [
    { name: 'name', type: 'string', role: 'breakdown' },
    { name: 'COUNT', type: 'number', role: 'calculation' },
    { name: 'P95(duration_ms)', type: 'number', role: 'calculation' },
  ],
  rows: [{ name: 'a' }, { name: 'b' }],
  series: [
    { time: time(120), data: { name: 'a', COUNT: 2, 'P95(duration_ms)': 7 } },
    { time: time(240), data: { name: 'b', COUNT: 1, 'P95(duration_ms)': 3 } },
  ],
  start_time: time(60),
  end_time: time(300),
  granularity: 60,
  truncated: false,
  elapsed_ms: 1,
  ...changes,
});

describe('the charts of a result', () => {
  it('has one chart per calculation and one line per group', () => {
    expect(toCharts(result({})).map(({ name, lines }) => [name, lines.map(({ label }) => label)])).toEqual([
      ['COUNT', ['a', 'b']],
      ['P95(duration_ms)', ['a', 'b']],
    ]);
  });

  it('shows silence: a count is 0 where nothing came, a percentile a gap', () => {
    const [count, p95] = toCharts(result({}));
    expect(count?.times).toEqual([60, 120, 180, 240]);
    expect(count?.lines[0]?.values).toEqual([0, 2, 0, 0]);
    expect(p95?.lines[0]?.values).toEqual([null, 7, null, null]);
  });

  it('draws ten lines and says how many are left out', () => {
    const rows = Array.from({ length: 14 }, (_, i) => ({ name: `n${i}` }));
    expect(toCharts(result({ rows }))[0]).toMatchObject({ left_out: 4, lines: { length: 10 } });
  });
});
