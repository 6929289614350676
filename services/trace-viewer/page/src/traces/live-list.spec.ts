import { describe, expect, it } from '@jest/globals';
import type { TraceSummary } from '../api/types.js';
import { release, takeTraces } from './live-list.js';

const trace = (id: number, span_count = 1): TraceSummary => ({
  trace_id: String(id),
  start: `2026-11-21T04:00:0${id}Z`,
  duration_us: 1,
  root: null,
  span_count,
  error_count: 0,
  services: [],
});
const ids = (traces: readonly TraceSummary[]) => traces.map(({ trace_id }) => Number(trace_id));

describe('the live list of traces', () => {
  const list = { shown: [trace(2), trace(1)], waiting: [] };

  it('puts new traces on top', () => {
    expect(ids(takeTraces(list, [trace(4), trace(3)], false).shown)).toEqual([4, 3, 2, 1]);
  });

  it('lets them wait while frozen, and moves nothing', () => {
    const frozen = takeTraces(takeTraces(list, [trace(3)], true), [trace(4)], true);
    expect([ids(frozen.shown), ids(frozen.waiting)]).toEqual([
      [2, 1],
      [4, 3],
    ]);
    expect(release(frozen)).toMatchObject({ shown: { length: 4 }, waiting: [] });
  });

  it('brings a known trace up to date in place, frozen or not', () => {
    const updated = takeTraces(list, [trace(1, 9)], true);
    expect([updated.shown[1]?.span_count, updated.waiting]).toEqual([9, []]);
  });

  it('keeps one entry per trace, also among those that wait', () => {
    const frozen = takeTraces(takeTraces(list, [trace(3)], true), [trace(3, 5)], true);
    expect(frozen.waiting.map(({ span_count }) => span_count)).toEqual([5]);
  });
});
