import { signal } from '@preact/signals';
import { formatFilter } from './filters.js';
import { decodeQuery, formatCalculation } from './query-url.js';

const KEY = 'query-history';
const KEPT = 40;

export interface PastQuery {
  /** The search parameters of its address. */
  readonly address: string;
  /** Epoch milliseconds. */
  readonly at: number;
}

/** The queries that were run in this browser, latest first. */
export const history = signal<readonly PastQuery[]>(read());

export function remember(address: string, at = Date.now()): void {
  if (!address || !describeQuery(address)) return;
  history.value = addToHistory(history.peek(), { address, at });
  localStorage.setItem(KEY, JSON.stringify(history.peek()));
}

/** The same query is kept once, whichever tab it was looked at in. */
export function addToHistory(past: readonly PastQuery[], next: PastQuery): PastQuery[] {
  const same = withoutTab(next.address);
  return [next, ...past.filter(({ address }) => withoutTab(address) !== same)].slice(0, KEPT);
}

/** A query in one line, empty for the empty query. */
export function describeQuery(address: string): string {
  const { spec, dataset } = decodeQuery(new URLSearchParams(address));
  const shown = (spec.calculations ?? []).map(formatCalculation).join(', ');
  const where = (spec.filters ?? []).map(formatFilter).join(spec.filter_combination === 'OR' ? ' or ' : ' and ');
  const by = (spec.breakdowns ?? []).join(', ');
  if (!shown && !where && !by) return '';
  return [shown || 'COUNT', dataset === 'logs' && 'of logs', where && `where ${where}`, by && `by ${by}`]
    .filter(Boolean)
    .join(' ');
}

function withoutTab(address: string): string {
  const params = new URLSearchParams(address);
  params.delete('tab');
  return params.toString();
}

function read(): PastQuery[] {
  try {
    const stored: unknown = JSON.parse(globalThis.localStorage?.getItem(KEY) ?? '[]');
    return Array.isArray(stored) ? (stored as PastQuery[]).filter(({ address }) => typeof address === 'string') : [];
  } catch {
    return [];
  }
}
