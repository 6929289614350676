import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type HrTime, trace } from '@opentelemetry/api';
import { type InMemoryTracing, startInMemoryTracing } from '../testing/index.js';
import { preciseTime, toHrTime } from './precise-time.js';

let tracing: InMemoryTracing;
beforeEach(() => {
  tracing = startInMemoryTracing();
});
afterEach(() => tracing.shutdown());

const micros = ([seconds, nanos]: HrTime) => seconds * 1_000_000 + nanos / 1_000;

describe('the times of a span', () => {
  it('starts spans with microseconds, in the order in which they started, children inside their parents', () => {
    const tracer = trace.getTracer('test');
    for (let i = 0; i < 200; i++) tracer.startActiveSpan('parent', (parent) => (tracer.startSpan('child').end(), parent.end())); // prettier-ignore
    const spans = tracing.spans();
    expect(spans.some(({ startTime }) => startTime[1] % 1_000_000 !== 0)).toBe(true);
    for (let i = 0; i < spans.length; i += 2) {
      const [child, parent] = [spans[i]!, spans[i + 1]!];
      expect(micros(child.startTime)).toBeGreaterThanOrEqual(micros(parent.startTime));
      // Starts are rounded to whole microseconds.
      expect(micros(child.endTime)).toBeLessThanOrEqual(micros(parent.endTime) + 1);
    }
  });

  it('is the time of day', () => {
    trace.getTracer('test').startSpan('now').end();
    expect(Math.abs(micros(tracing.spans()[0]!.startTime) / 1_000 - Date.now())).toBeLessThan(10_000);
  });

  it('leaves a start alone that was given', () => {
    const start = new Date('2026-01-01T00:00:00.123Z');
    trace.getTracer('test').startSpan('imported', { startTime: start }).end();
    expect(micros(tracing.spans()[0]!.startTime)).toBe(start.getTime() * 1_000);
  });
});

describe('preciseTime', () => {
  it("follows the system's clock when that is set", () => {
    const later = Date.now() + 3_600_000;
    const reading = performance.now();
    expect(preciseTime(reading, later)).toBeCloseTo(later, 0);
    expect(preciseTime(reading + 1, later + 1)).toBeCloseTo(later + 1, 0);
    expect(Math.abs(preciseTime(performance.now()) - Date.now())).toBeLessThan(1_000);
  });
});

it.each([
  [1_795_734_616_781.25, [1_795_734_616, 781_250_000]],
  [1_795_734_616_999.9998, [1_795_734_617, 0]],
])('%d ms are whole microseconds, below a second', (time, expected) => {
  expect(toHrTime(time)).toEqual(expected);
});
