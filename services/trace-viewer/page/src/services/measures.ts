import { type Measures } from '../api/types.js';
import { formatMs } from '../format/duration.js';
import { formatCount, formatPercent, formatRate } from '../format/number.js';

export interface Measure {
  readonly label: string;
  readonly hint: string;
  readonly value: (measures: Measures) => number;
  readonly format: (value: number) => string;
  readonly lowerIsBetter: boolean;
}

/** Sums are shown per request, so that ranges with different traffic can be compared. */
const perRequest = (key: 'self_ms' | 'db_ms' | 'wait_ms') => (measures: Measures) =>
  measures[key] / Math.max(1, measures.count);

const time = (label: string, hint: string, value: Measure['value']): Measure => ({
  label,
  hint,
  value,
  format: formatMs,
  lowerIsBetter: true,
});

export const MEASURES: readonly Measure[] = [
  {
    label: 'Requests',
    hint: 'spans that enter the service',
    value: ({ count }) => count,
    format: formatCount,
    lowerIsBetter: false,
  },
  {
    label: 'Rate',
    hint: 'requests per second',
    value: ({ rate_per_s }) => rate_per_s,
    format: formatRate,
    lowerIsBetter: false,
  },
  {
    label: 'Errors',
    hint: 'share of requests with an error',
    value: ({ error_rate }) => error_rate,
    format: formatPercent,
    lowerIsBetter: true,
  },
  time('p50', 'half of the requests are faster', ({ p50_ms }) => p50_ms),
  time('p95', '95% of the requests are faster', ({ p95_ms }) => p95_ms),
  time('p99', '99% of the requests are faster', ({ p99_ms }) => p99_ms),
  time('Self time', 'in the service itself, per request', perRequest('self_ms')),
  time('Database', 'waiting for the database, per request', perRequest('db_ms')),
  time('Waiting', 'waiting for other services, per request', perRequest('wait_ms')),
];
