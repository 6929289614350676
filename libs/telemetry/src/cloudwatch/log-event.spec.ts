import { describe, expect, it } from '@jest/globals';
import { countBatch, toLogEvent } from './log-event.js';

const DAY_MS = 24 * 3_600_000;

describe('a log event', () => {
  it('is the line without its end, and counts as AWS counts', () => {
    expect(toLogEvent('{"msg":"ü"}\n', 7)).toEqual({ timestamp: 7, message: '{"msg":"ü"}', bytes: 12 + 26 });
  });

  it('is cut at a whole character when the line is too long', () => {
    const { message, bytes } = toLogEvent(`x${'ü'.repeat(600_000)}`, 0);
    expect(bytes).toBeLessThanOrEqual(1_048_576);
    expect(bytes).toBe(Buffer.byteLength(message) + 26);
    expect(message).toMatch(/^xü+$/);
  });
});

describe('a batch', () => {
  it('ends before a megabyte is full', () => {
    const half = toLogEvent('a'.repeat(524_288 - 26), 0);
    expect(countBatch([half, half])).toBe(2);
    expect(countBatch([half, half, toLogEvent('', 0)])).toBe(2);
    expect(countBatch([toLogEvent('a'.repeat(2_000_000), 0), half])).toBe(1);
  });

  it('spans less than a day, also when the clock was set back', () => {
    const at = (timestamp: number) => toLogEvent('a', timestamp);
    expect(countBatch([at(0), at(DAY_MS - 1)])).toBe(2);
    expect(countBatch([at(0), at(DAY_MS)])).toBe(1);
    expect(countBatch([at(DAY_MS), at(5), at(0)])).toBe(2);
  });
});
