import { performance } from 'node:perf_hooks';
import type { Span, SpanProcessor } from '@opentelemetry/sdk-trace';

/** Further apart than this, the system's clock has been set, or the start was given by whoever made the span. */
const TOLERANCE_MS = 2;

/** Wall clock minus monotonic clock, in milliseconds with their fraction. */
let anchor = performance.timeOrigin;

/**
 * Milliseconds since the epoch with microseconds, monotonic between two settings of the system's clock.
 *
 * @param monotonic a reading of `performance.now()`
 */
export function preciseTime(monotonic: number, wallClock = Date.now()): number {
  const drift = wallClock - (anchor + monotonic);
  if (Math.abs(drift) > TOLERANCE_MS) anchor += drift;
  return anchor + monotonic;
}

/**
 * Gives spans a start with microseconds. The SDK measures durations with the monotonic clock but takes starts from
 * `Date.now()`: in a request of a few milliseconds children then begin before their parents. Put it first.
 */
export class PreciseStartProcessor implements SpanProcessor {
  onStart(span: Span): void {
    // The SDK adds the measured duration to this very pair when the span ends.
    const start = span.startTime;
    const given = start[0] * 1_000 + start[1] / 1_000_000;
    // The reading from which the SDK measures the duration; it is a private field.
    const { _performanceStartTime: started } = span as Span & { _performanceStartTime?: number };
    const now = preciseTime(started ?? performance.now());
    if (Math.abs(now - given) > TOLERANCE_MS) return;
    const seconds = Math.trunc(now / 1_000);
    start[0] = seconds;
    start[1] = Math.round((now - seconds * 1_000) * 1_000) * 1_000;
  }

  onEnd(): void {}

  forceFlush(): Promise<void> {
    return Promise.resolve();
  }

  shutdown(): Promise<void> {
    return Promise.resolve();
  }
}
