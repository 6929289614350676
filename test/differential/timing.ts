import { expect } from '@jest/globals';
import type { ReceivedSpan } from '@cruddur/telemetry/testing';

const MS = 1_000_000n;
/** Starts of the official spans are whole milliseconds; both take them from a clock of their own. */
const TOLERANCE = 3n * MS;

/** Children lie within their parents, and the spans of the kind cover `lasts` milliseconds in all. */
export function expectToCoverTheWork(spans: readonly ReceivedSpan[], kind: string, lasts = 0): void {
  for (const { parentSpanId, start, end } of spans) {
    const parent = spans.find(({ spanId }) => spanId === parentSpanId);
    if (!parent) continue;
    expect(start).toBeGreaterThanOrEqual(parent.start - TOLERANCE);
    expect(end).toBeLessThanOrEqual(parent.end + TOLERANCE);
  }
  const own = spans.filter((span) => span.kind === kind);
  if (own.length === 0) return;
  const from = own.map(({ start }) => start).reduce((a, b) => (a < b ? a : b));
  const to = own.map(({ end }) => end).reduce((a, b) => (a > b ? a : b));
  expect(to - from).toBeGreaterThanOrEqual(BigInt(lasts) * MS - TOLERANCE);
}
