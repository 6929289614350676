import { describe, expect, it } from '@jest/globals';
import type { LogRecord } from '../api/types.js';
import { EMPTY, logParameters, releaseLogs, takeLogs, takeOlderLogs } from './live-logs.js';

const line = (second: number): LogRecord => ({
  time: `2026-11-21T04:00:0${second}Z`,
  trace_id: null,
  span_id: null,
  service: 'gateway',
  level: 'info',
  body: `line ${second}`,
  attributes: {},
});
const page = (...seconds: number[]) => ({ logs: seconds.map(line), next_before: 'older' });
const bodies = (lines: readonly LogRecord[]) => lines.map(({ body }) => body);

describe('the live list of log lines', () => {
  const list = takeLogs(EMPTY, page(2, 1), false);

  it('adds what it does not know yet on top', () => {
    expect(bodies(takeLogs(list, page(3, 2, 1), false).shown)).toEqual(['line 3', 'line 2', 'line 1']);
  });

  it('lets it wait while frozen', () => {
    const frozen = takeLogs(list, page(3, 2), true);
    expect([bodies(frozen.shown), bodies(frozen.waiting)]).toEqual([['line 2', 'line 1'], ['line 3']]);
    expect(bodies(releaseLogs(frozen).shown)).toEqual(['line 3', 'line 2', 'line 1']);
  });

  it('begins anew when more came than a page holds, once the reader is done', () => {
    const anew = { shown: page(9, 8).logs, waiting: [], next: 'older' };
    expect(takeLogs(list, page(9, 8), false)).toEqual(anew);
    const frozen = takeLogs(takeLogs(list, page(5, 4), true), page(9, 8), true);
    expect([bodies(frozen.shown), bodies(frozen.waiting)]).toEqual([
      ['line 2', 'line 1'],
      ['line 9', 'line 8'],
    ]);
    expect(releaseLogs(frozen)).toEqual(anew);
    expect(bodies(takeLogs(frozen, page(9, 8, 7), true).waiting)).toEqual(['line 7', 'line 9', 'line 8']);
  });

  it('goes on when there is nothing older than the page', () => {
    expect(bodies(takeLogs(list, { ...page(9, 8), next_before: null }, false).shown)).toHaveLength(4);
  });

  it('takes an older page only where it still ends', () => {
    const older = { logs: [line(0)], next_before: null };
    const { shown, next } = takeOlderLogs(list, older, 'older');
    expect([bodies(shown), next]).toEqual([['line 2', 'line 1', 'line 0'], null]);
    const anew = takeLogs(list, { ...page(9, 8), next_before: 'before 8' }, false);
    expect(takeOlderLogs(anew, older, 'older')).toBe(anew);
  });

  it('asks for all lines of a trace, whenever they were written', () => {
    const state = {
      range: { start: 0, end: 1, relative: '1h' },
      search: '',
      level: '',
      service: '',
      trace: 'ab',
      span: '',
    };
    expect(logParameters(state)).toMatchObject({ trace_id: 'ab', after: undefined, before: undefined });
  });
});
