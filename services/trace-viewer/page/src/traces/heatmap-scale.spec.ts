import { describe, expect, it } from '@jest/globals';
import type { QueryResult } from '../api/types.js';
import { formatBox, logScale, logTicks, parseBox, toHeatmap } from './heatmap-scale.js';

const RESULT: QueryResult = {
  columns: [{ name: 'HEATMAP(duration_ms)', type: 'heatmap', role: 'calculation', edges: [1, 10, 100] }],
  rows: [],
  series: [{ time: '2026-11-21T04:00:00Z', data: { 'HEATMAP(duration_ms)': [0, 7] } }],
  start_time: '2026-11-21T04:00:00Z',
  end_time: '2026-11-21T04:10:00Z',
  granularity: 30,
  truncated: false,
  elapsed_ms: 1,
};

describe('the heatmap', () => {
  it('takes the cells that hold something, with their edges in time and duration', () => {
    const heatmap = toHeatmap(RESULT);
    const start = Date.parse('2026-11-21T04:00:00Z');
    expect(heatmap.cells).toEqual([{ start, end: start + 30_000, low: 10, high: 100, count: 7 }]);
    expect(heatmap).toMatchObject({ low: 10, high: 100, busiest: 7 });
  });

  it('adds up the groups of a breakdown', () => {
    const at = (count: number) => ({ time: '2026-11-21T04:00:00Z', data: { 'HEATMAP(duration_ms)': [count, 0] } });
    const { cells } = toHeatmap({ ...RESULT, series: [at(2), at(3)] });
    expect(cells.map(({ count }) => count)).toEqual([5]);
  });

  it('scales logarithmically and back', () => {
    const { toUnit, fromUnit } = logScale(1, 1000);
    expect([toUnit(1), toUnit(1000)]).toEqual([0, 1]);
    expect(toUnit(31.622_776_6)).toBeCloseTo(0.5);
    expect(fromUnit(toUnit(42))).toBeCloseTo(42);
  });

  it('ticks at round durations, fewer when the range is wide', () => {
    expect(logTicks(1, 20)).toEqual([1, 2, 5, 10, 20]);
    expect(logTicks(0.9, 2000)).toEqual([1, 10, 100, 1000]);
  });

  it('keeps a box in the address, and refuses what is none', () => {
    const box = { start: 1000, end: 2000, low: 1.5, high: 20 };
    expect(parseBox(formatBox(box))).toEqual(box);
    expect([parseBox(null), parseBox('1,2,3'), parseBox('2,1,3,4'), parseBox('a,b,c,d')]).toEqual(
      Array(4).fill(undefined),
    );
  });
});
