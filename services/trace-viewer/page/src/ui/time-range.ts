import { effect, signal } from '@preact/signals';
import { params, path } from './router.js';

export const RANGES = [
  { value: '5m', label: '5 minutes', seconds: 300 },
  { value: '15m', label: '15 minutes', seconds: 900 },
  { value: '1h', label: 'hour', seconds: 3600 },
  { value: '6h', label: '6 hours', seconds: 21_600 },
  { value: '24h', label: 'day', seconds: 86_400 },
  { value: '7d', label: '7 days', seconds: 604_800 },
] as const;

export interface TimeRange {
  /** Epoch milliseconds. */
  readonly start: number;
  readonly end: number;
  /** Undefined when the range is fixed and does not move with the clock. */
  readonly relative: string | undefined;
}

/** What "now" is for relative ranges. Moves when somebody asks or comes to another page, or live updates tell of more. */
export const now = signal(Date.now());
export const refresh = (): void => void (now.value = Date.now());
effect(() => {
  void path.value;
  refresh();
});

export const DEFAULT_RANGE = '1h';

/** The range in the address: `range=15m`, or fixed `start` and `end` in epoch milliseconds. */
export function currentRange(search: URLSearchParams = params.value, prefix = ''): TimeRange {
  const start = Number(search.get(`${prefix}start`));
  const end = Number(search.get(`${prefix}end`));
  if (start > 0 && end > start) return { start, end, relative: undefined };
  const wanted = search.get(`${prefix}range`) ?? DEFAULT_RANGE;
  const { value, seconds } = RANGES.find((range) => range.value === wanted) ?? RANGES[2];
  return { start: now.value - seconds * 1000, end: now.value, relative: value };
}
