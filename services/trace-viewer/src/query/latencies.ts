/** Of the API's histogram: sixths of log10 of microseconds. */
const BUCKETS = 48;
/** Finer steps within each bucket: 10 make steps of 4 %, so that a percentile is within 2 % of the exact one. */
const STEPS = 10;
/** The histogram begins at a microsecond, durations are nanoseconds. */
const FIRST_BUCKET = 18;

/** Of a span's duration, numbered from a nanosecond on. */
export const STEP_SQL = `floor(log10(greatest(duration_ns, 1)) * ${6 * STEPS})::INTEGER`;

const clamp = (bucket: number) => Math.min(BUCKETS - 1, Math.max(0, bucket));

/** The durations of a service or an operation: how many fall into each step, and their mean. */
export class Latencies {
  readonly #steps = new Map<number, { n: number; ns: number }>();
  #count = 0;
  #errors = 0;

  add(key: number, n: number, meanNs: number, errors: number): void {
    const step = this.#steps.get(key) ?? { n: 0, ns: 0 };
    step.n += n;
    step.ns += n * meanNs;
    this.#steps.set(key, step);
    this.#count += n;
    this.#errors += errors;
  }

  measures(seconds: number) {
    const steps = [...this.#steps].sort(([a], [b]) => a - b);
    const histogram = new Array<number>(BUCKETS).fill(0);
    for (const [key, { n }] of steps) histogram[clamp(Math.floor(key / STEPS) - FIRST_BUCKET)]! += n;
    const percentile = (share: number) => {
      let before = 0;
      const at = steps.find(([, { n }]) => (before += n) >= share * this.#count)?.[1];
      return at === undefined ? 0 : at.ns / at.n / 1e6;
    };
    return {
      count: this.#count,
      rate_per_s: this.#count / seconds,
      error_rate: this.#count === 0 ? 0 : this.#errors / this.#count,
      p50_ms: percentile(0.5),
      p95_ms: percentile(0.95),
      p99_ms: percentile(0.99),
      histogram,
    };
  }
}
