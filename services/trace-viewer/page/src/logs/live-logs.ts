import { type LogList, type LogRecord } from '../api/types.js';
import { type TimeRange } from '../ui/time-range.js';

export interface LogsState {
  readonly range: TimeRange;
  readonly search: string;
  readonly level: string;
  readonly service: string;
  readonly trace: string;
  readonly span: string;
}

export function logsState(params: URLSearchParams, range: TimeRange): LogsState {
  const text = (name: string) => params.get(name) ?? '';
  return {
    range,
    search: text('q'),
    level: text('level'),
    service: text('service'),
    trace: text('trace'),
    span: text('span'),
  };
}

/** A trace's logs are wanted whenever they were written, so the range does not count then. */
export function logParameters({ range, search, level, service, trace }: LogsState, before?: string) {
  const until = range.relative ? undefined : new Date(range.end).toISOString();
  return {
    search,
    level,
    service,
    trace_id: trace,
    after: trace ? undefined : new Date(range.start).toISOString(),
    before: before ?? (trace ? undefined : until),
    limit: trace ? 1000 : 200,
  };
}

export interface LiveLogs {
  readonly shown: readonly LogRecord[];
  readonly waiting: readonly LogRecord[];
  /** Where the next older page starts. */
  readonly next: string | null;
  /** So much came at once that lines are missing between what waits and what is shown: where the page after the former starts. */
  readonly nextOfWaiting?: string | null | undefined;
}
export const EMPTY: LiveLogs = { shown: [], waiting: [], next: null };

const identity = ({ time, span_id, body }: LogRecord): string => `${time} ${span_id} ${body}`;

/** Takes the newest page again: what is not known yet goes on top, or waits while the reader reads. */
export function takeLogs(list: LiveLogs, page: LogList, frozen: boolean): LiveLogs {
  if (list.shown.length === 0) return { shown: page.logs, waiting: [], next: page.next_before };
  const known = new Set([...list.shown, ...list.waiting].map(identity));
  const fresh = page.logs.filter((log) => !known.has(identity(log)));
  if (fresh.length === 0) return list;
  const apart = fresh.length === page.logs.length && page.next_before !== null;
  const taken: LiveLogs = apart
    ? { ...list, waiting: fresh, nextOfWaiting: page.next_before }
    : { ...list, waiting: [...fresh, ...list.waiting] };
  return frozen ? taken : releaseLogs(taken);
}

/** Takes the page that starts at `before`, unless the list ends elsewhere by now. */
export function takeOlderLogs(list: LiveLogs, { logs, next_before }: LogList, before: string): LiveLogs {
  return list.next === before ? { ...list, shown: [...list.shown, ...logs], next: next_before } : list;
}

export function releaseLogs({ shown, waiting, next, nextOfWaiting }: LiveLogs): LiveLogs {
  const anew = nextOfWaiting !== undefined;
  const all = anew ? [...waiting] : [...waiting, ...shown];
  all.sort((a, b) => (a.time < b.time ? 1 : a.time > b.time ? -1 : 0));
  return { shown: all, waiting: [], next: anew ? nextOfWaiting : next };
}
