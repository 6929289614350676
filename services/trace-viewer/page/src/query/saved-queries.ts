import { signal } from '@preact/signals';
import { get, put, remove } from '../api/client.js';
import { type SavedQuery, type SavedQueryList } from '../api/types.js';
import { queryHref } from './query-url.js';

export const saved = signal<SavedQueryList | undefined>(undefined);
export const savedProblem = signal<Error | undefined>(undefined);

export async function loadSaved(): Promise<void> {
  try {
    saved.value = await get<SavedQueryList>('queries');
    savedProblem.value = undefined;
  } catch (error) {
    savedProblem.value = error as Error;
  }
}

export async function save(slug: string, query: SavedQuery): Promise<void> {
  await put(`queries/${slug}`, query);
  await loadSaved();
}

export async function forget(slug: string): Promise<void> {
  await remove(`queries/${slug}`);
  await loadSaved();
}

/** A file name out of a title: `Errors by route` is `errors-by-route`. */
export const slugOf = (name: string): string =>
  name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 80);

/** Where a saved query opens; its own time range goes with it. */
export function savedHref({ dataset, query }: SavedQuery): string {
  const { start_time, end_time, time_range } = query;
  const fixed = start_time !== undefined && end_time !== undefined;
  const time: Record<string, string> = fixed
    ? { start: String(start_time * 1000), end: String(end_time * 1000) }
    : time_range
      ? { range: nearestRange(time_range) }
      : {};
  return queryHref({ dataset, spec: query }, time);
}

const RANGE_SECONDS = { '5m': 300, '15m': 900, '1h': 3600, '6h': 21_600, '24h': 86_400, '7d': 604_800 };

/** The shortest offered range that holds all of it. */
const nearestRange = (seconds: number): string =>
  Object.entries(RANGE_SECONDS).find(([, length]) => length >= seconds)?.[0] ?? '7d';
