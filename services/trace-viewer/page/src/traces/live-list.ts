import { type TraceSummary } from '../api/types.js';

export interface LiveList {
  /** What is shown, newest first. */
  readonly shown: readonly TraceSummary[];
  /** What came while the list stood still, newest first. */
  readonly waiting: readonly TraceSummary[];
}

const KEPT = 500;

/**
 * Takes traces that are new or got spans. Rows in view are brought up to date in place, never moved;
 * new ones go on top, or wait while the reader reads.
 */
export function takeTraces(list: LiveList, incoming: readonly TraceSummary[], frozen: boolean): LiveList {
  const updates = new Map(incoming.map((trace) => [trace.trace_id, trace]));
  const shown = list.shown.map((trace) => take(updates, trace));
  const waiting = list.waiting.map((trace) => take(updates, trace));
  const fresh = [...updates.values()];
  if (frozen) return { shown, waiting: newestFirst([...fresh, ...waiting]).slice(0, KEPT) };
  return { shown: newestFirst([...fresh, ...waiting, ...shown]).slice(0, KEPT), waiting: [] };
}

export const release = (list: LiveList): LiveList => takeTraces(list, [], false);

function take(updates: Map<string, TraceSummary>, trace: TraceSummary): TraceSummary {
  const update = updates.get(trace.trace_id);
  updates.delete(trace.trace_id);
  return update ?? trace;
}

const newestFirst = (traces: TraceSummary[]): TraceSummary[] =>
  traces.sort((a, b) => (a.start < b.start ? 1 : a.start > b.start ? -1 : 0));
