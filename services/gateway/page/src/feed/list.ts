import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { getPage } from '../api/client.js';
import type { Activity, Notification } from '../api/types.js';

type Item = Activity | Notification;

/** A list as it is shown: what has come so far, and what is under way. */
export interface List<T> {
  /** Of its first page. */
  readonly path: string;
  readonly items: readonly T[] | undefined;
  readonly next: string | null;
  readonly degraded: boolean;
  readonly error: Error | undefined;
  readonly loading: boolean;
}

const EMPTY = { path: '', items: undefined, next: null, degraded: false, error: undefined, loading: true };

/** The list on the screen. There is one at a time. */
export const list = signal<List<Item>>(EMPTY);
let loader: AbortController | undefined;

/** @param path of the first page, or the `next` of the page before to add it */
export async function load(path: string, add: boolean): Promise<void> {
  loader?.abort();
  const { signal } = (loader = new AbortController());
  list.value = add ? { ...list.peek(), loading: true, error: undefined } : { ...EMPTY, path };
  try {
    const page = await getPage<Item>(path, signal);
    if (signal.aborted) return;
    // Also of a first page there may be something before it: what was posted meanwhile.
    const before = list.peek().items ?? [];
    const known = new Set(before.map(({ uuid }) => uuid));
    const items = [...before, ...page.items.filter(({ uuid }) => !known.has(uuid))];
    list.value = { ...list.peek(), items, next: page.next, degraded: page.degraded, error: undefined, loading: false };
  } catch (error) {
    if (!signal.aborted) list.value = { ...list.peek(), error: error as Error, loading: false };
  }
}

/** Loads what comes next of the list at this path: also its first page, if that failed. */
export const loadMore = (path: string): Promise<void> => load(list.peek().next ?? path, true);

/** Loads the list at this path while the caller is on the screen. */
export function useList(path: string): void {
  useEffect(() => {
    void load(path, false);
    return () => loader?.abort();
  }, [path]);
}

/** Shows a message at once that the list would only have the next time, if that list is still on the screen. */
export function prepend(path: string, activity: Activity): void {
  const { items = [], ...shown } = list.peek();
  if (shown.path !== path || items.some(({ uuid }) => uuid === activity.uuid)) return;
  list.value = { ...shown, items: [activity, ...items] };
}
