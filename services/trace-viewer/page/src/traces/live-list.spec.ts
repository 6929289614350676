import { describe, expect, it } from '@jest/globals';
import type { TraceSummary } from '../api/types.js';
import { release, takeOlder, takePage, takeTraces } from './live-list.js';

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
  const list = { shown: [trace(2), trace(1)], waiting: [], next: 'older' };

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

  it('begins anew when more came than a page holds, once the reader is done', () => {
    const page = { traces: [trace(9), trace(8)], next_before: 'before 8' };
    const anew = { shown: page.traces, waiting: [], next: 'before 8' };
    expect(takePage(list, page, false)).toEqual(anew);
    const frozen = takePage(takeTraces(list, [trace(3)], true), page, true);
    expect([ids(frozen.shown), ids(frozen.waiting)]).toEqual([
      [2, 1],
      [9, 8],
    ]);
    expect(release(frozen)).toEqual(anew);
  });

  it('goes on when the page reaches what it has, or there is nothing older', () => {
    const reaching = { traces: [trace(3), trace(2)], next_before: 'before 2' };
    expect(takePage(list, reaching, false)).toMatchObject({ shown: { length: 3 }, next: 'older' });
    const all = { traces: [trace(4), trace(3)], next_before: null };
    expect(takePage(list, all, false)).toMatchObject({ shown: { length: 4 }, next: 'older' });
  });

  it('begins anew too when the page only reaches what was told since', () => {
    const told = takeTraces(takeTraces(list, [trace(8)], false), [trace(9)], false);
    const page = { traces: [trace(8), trace(7)], next_before: 'before 7' };
    const anew = { shown: [trace(9), trace(8), trace(7)], waiting: [], next: 'before 7' };
    expect(takePage(told, page, false)).toEqual(anew);
    const frozen = takePage(told, page, true);
    expect(ids(frozen.shown)).toEqual([9, 8, 2, 1]);
    expect(release(frozen)).toEqual(anew);
    expect(release(takeTraces(frozen, [trace(8, 5)], true)).shown[1]?.span_count).toBe(5);
  });

  it('takes an older page only where it still ends', () => {
    const older = { traces: [trace(0)], next_before: null };
    expect(takeOlder(list, older, 'older')).toEqual({
      shown: [2, 1, 0].map((id) => trace(id)),
      waiting: [],
      next: null,
    });
    const anew = takePage(list, { traces: [trace(9), trace(8)], next_before: 'before 8' }, false);
    expect(takeOlder(anew, older, 'older')).toBe(anew);
  });

  it('continues below the last trace that it has kept', () => {
    const many = Array.from({ length: 500 }, (_, n) => ({ ...trace(9), trace_id: `t${n}` }));
    const { shown, next } = takeTraces(list, many, false);
    expect([shown.length, next]).toEqual([500, '2026-11-21T04:00:09Z,t499']);
  });

  it('keeps one entry per trace, also among those that wait', () => {
    const frozen = takeTraces(takeTraces(list, [trace(3)], true), [trace(3, 5)], true);
    expect(frozen.waiting.map(({ span_count }) => span_count)).toEqual([5]);
  });
});
