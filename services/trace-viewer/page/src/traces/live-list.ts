import { type TraceList, type TraceSummary } from '../api/types.js';

export interface LiveList {
  /** What is shown, newest first. */
  readonly shown: readonly TraceSummary[];
  /** What came while the list stood still, newest first. */
  readonly waiting: readonly TraceSummary[];
  /** Where the next older page starts. */
  readonly next: string | null;
  /** So much came at once that traces are missing between what waits and what is shown: where the page after the former starts. */
  readonly nextOfWaiting?: string | null | undefined;
}
export const EMPTY: LiveList = { shown: [], waiting: [], next: null };

const KEPT = 500;

/**
 * Takes traces that are new or got spans. Rows in view are brought up to date in place, never moved;
 * new ones go on top, or wait while the reader reads.
 */
export function takeTraces(list: LiveList, incoming: readonly TraceSummary[], frozen: boolean): LiveList {
  const updates = new Map(incoming.map((trace) => [trace.trace_id, trace]));
  const updated = (trace: TraceSummary) => updates.get(trace.trace_id) ?? trace;
  const known = knownIn(list);
  const fresh = [...updates.values()].filter(({ trace_id }) => !known.has(trace_id));
  const waiting = newestFirst([...fresh, ...list.waiting.map(updated)]).slice(0, KEPT);
  const taken = { ...list, shown: list.shown.map(updated), waiting };
  return frozen ? taken : release(taken);
}

/**
 * Takes the newest page again, after more came than is told one by one. Some of it may have been told since, so only
 * its last trace says whether the page reaches what was there before.
 */
export function takePage(list: LiveList, page: TraceList, frozen: boolean): LiveList {
  const last = page.traces.at(-1);
  if (page.next_before === null || !last || knownIn(list).has(last.trace_id))
    return takeTraces(list, page.traces, frozen);
  const paged = new Set(page.traces.map(({ trace_id }) => trace_id));
  const told = [...list.waiting, ...list.shown].filter((one) => one.start > last.start && !paged.has(one.trace_id));
  const anew = { ...list, waiting: newestFirst([...told, ...page.traces]), nextOfWaiting: page.next_before };
  return frozen ? anew : release(anew);
}

/** Takes the page that starts at `before`, unless the list ends elsewhere by now. */
export function takeOlder(list: LiveList, { traces, next_before }: TraceList, before: string): LiveList {
  return list.next === before ? { ...list, shown: [...list.shown, ...traces], next: next_before } : list;
}

export function release({ shown, waiting, next, nextOfWaiting }: LiveList): LiveList {
  const anew = nextOfWaiting !== undefined;
  const all = newestFirst(anew ? [...waiting] : [...waiting, ...shown]);
  const kept = all.slice(0, KEPT);
  const last = kept.at(-1);
  const cut = last && all.length > KEPT ? `${last.start},${last.trace_id}` : undefined;
  return { shown: kept, waiting: [], next: cut ?? (anew ? nextOfWaiting : next) };
}

const knownIn = ({ shown, waiting }: LiveList): Set<string> =>
  new Set([...shown, ...waiting].map(({ trace_id }) => trace_id));

const newestFirst = (traces: TraceSummary[]): TraceSummary[] =>
  traces.sort((a, b) => (a.start < b.start ? 1 : a.start > b.start ? -1 : 0));
