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
  const shown = list.shown.map((trace) => take(updates, trace));
  const waiting = list.waiting.map((trace) => take(updates, trace));
  const taken = { ...list, shown, waiting: newestFirst([...updates.values(), ...waiting]).slice(0, KEPT) };
  return frozen ? taken : release(taken);
}

/** Takes the newest page again, after more came than is told one by one. */
export function takePage(list: LiveList, page: TraceList, frozen: boolean): LiveList {
  const known = new Set([...list.shown, ...list.waiting].map(({ trace_id }) => trace_id));
  const reaches = page.next_before === null || page.traces.some(({ trace_id }) => known.has(trace_id));
  if (reaches) return takeTraces(list, page.traces, frozen);
  const anew = { ...list, waiting: page.traces, nextOfWaiting: page.next_before };
  return frozen ? anew : release(anew);
}

export function release({ shown, waiting, next, nextOfWaiting }: LiveList): LiveList {
  const anew = nextOfWaiting !== undefined;
  const all = newestFirst(anew ? [...waiting] : [...waiting, ...shown]);
  const kept = all.slice(0, KEPT);
  const last = kept.at(-1);
  const cut = last && all.length > KEPT ? `${last.start},${last.trace_id}` : undefined;
  return { shown: kept, waiting: [], next: cut ?? (anew ? nextOfWaiting : next) };
}

function take(updates: Map<string, TraceSummary>, trace: TraceSummary): TraceSummary {
  const update = updates.get(trace.trace_id);
  updates.delete(trace.trace_id);
  return update ?? trace;
}

const newestFirst = (traces: TraceSummary[]): TraceSummary[] =>
  traces.sort((a, b) => (a.start < b.start ? 1 : a.start > b.start ? -1 : 0));
