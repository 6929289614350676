import { type Measures, type Operation, type ServiceStats } from '../api/types.js';

/** A measure and what it was before; `before` is undefined without a comparison, or when it was not there then. */
export interface Pair<T extends Measures> {
  readonly after: T | undefined;
  readonly before: T | undefined;
}

export const pairServices = (
  after: readonly ServiceStats[],
  before: readonly ServiceStats[] = [],
): Pair<ServiceStats>[] => pair(after, before, ({ service }) => service);

export const pairOperations = ({ after, before }: Pair<ServiceStats>): Pair<Operation>[] =>
  pair(after?.operations ?? [], before?.operations ?? [], ({ name, kind }) => `${kind} ${name}`);

function pair<T extends Measures>(after: readonly T[], before: readonly T[], keyOf: (item: T) => string): Pair<T>[] {
  const gone = new Map(before.map((item) => [keyOf(item), item]));
  const pairs: Pair<T>[] = after.map((item) => {
    const key = keyOf(item);
    const partner = gone.get(key);
    gone.delete(key);
    return { after: item, before: partner };
  });
  return [...pairs, ...[...gone.values()].map((item) => ({ after: undefined, before: item }))];
}

export interface Change {
  /** After over before less one; Infinity when there was nothing before. */
  readonly ratio: number;
  readonly verdict: 'better' | 'worse' | 'neutral' | 'same';
}

/** Less than this is noise. */
const NOTABLE = 0.05;

/** How a measure changed, and whether that is good. Counts and rates are neither. */
export function changeOf(after: number, before: number, lowerIsBetter: boolean): Change {
  const ratio = before === 0 ? (after === 0 ? 0 : Infinity) : after / before - 1;
  if (Math.abs(ratio) < NOTABLE) return { ratio, verdict: 'same' };
  if (!lowerIsBetter) return { ratio, verdict: 'neutral' };
  return { ratio, verdict: ratio < 0 ? 'better' : 'worse' };
}

/** The buckets from the first to the last that any of the histograms uses, with one beside each. */
export function usedBuckets(histograms: readonly (readonly number[])[]): { first: number; last: number } {
  let first = Infinity;
  let last = -Infinity;
  for (const histogram of histograms)
    histogram.forEach((count, i) => {
      if (count === 0) return;
      first = Math.min(first, i);
      last = Math.max(last, i);
    });
  return first > last ? { first: 0, last: 0 } : { first: Math.max(0, first - 1), last: last + 1 };
}

/** The lower edge of a latency bucket in microseconds. */
export const bucketEdge = (bucket: number): number => 10 ** (bucket / 6);
