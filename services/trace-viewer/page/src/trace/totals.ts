import type { Span } from '../api/types.js';

export interface Total {
  readonly service: string;
  readonly name: string | undefined;
  readonly count: number;
  readonly errors: number;
  readonly self_us: number;
}

/** Where the trace's time went, largest first: self time summed per service, or per service and operation. */
export function totals(spans: readonly Span[], by: 'service' | 'operation'): Total[] {
  const sums = new Map<string, { -readonly [K in keyof Total]: Total[K] }>();
  for (const span of spans) {
    const name = by === 'operation' ? span.name : undefined;
    const key = `${span.service}\0${name ?? ''}`;
    let sum = sums.get(key);
    if (!sum) sums.set(key, (sum = { service: span.service, name, count: 0, errors: 0, self_us: 0 }));
    sum.count++;
    sum.self_us += span.self_us;
    if (span.status.code === 'error') sum.errors++;
  }
  return [...sums.values()].sort((a, b) => b.self_us - a.self_us);
}
