import type { HrTime } from '@opentelemetry/api';
import { performance } from 'node:perf_hooks';

/** Further apart than this, the system's clock has been set. */
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

/** @param time milliseconds since the epoch; more than microseconds a number of that size does not hold */
export function toHrTime(time: number): HrTime {
  const microseconds = Math.round(time * 1_000);
  const seconds = Math.trunc(microseconds / 1_000_000);
  return [seconds, (microseconds - seconds * 1_000_000) * 1_000];
}

/** @param milliseconds to the nanosecond */
export function durationOf(milliseconds: number): HrTime {
  const nanoseconds = Math.round(milliseconds * 1_000_000);
  const seconds = Math.trunc(nanoseconds / 1_000_000_000);
  return [seconds, nanoseconds - seconds * 1_000_000_000];
}
