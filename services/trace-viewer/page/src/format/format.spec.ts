import { describe, expect, it } from '@jest/globals';
import { formatDuration } from './duration.js';
import { formatBytes, formatPercent, formatRate, formatValue } from './number.js';
import { formatAgo, timeTicks } from './time.js';

describe('formats', () => {
  it.each([
    [0, '0'],
    [0.5, '0.5 µs'],
    [12, '12 µs'],
    [999.6, '1 ms'],
    [1234, '1.23 ms'],
    [45_600, '45.6 ms'],
    [840_000, '840 ms'],
    [1_500_000, '1.5 s'],
    [90e6, '1.5 min'],
    [7.2e9, '2 h'],
    [-1500, '−1.5 ms'],
    [null, '–'],
    [NaN, '–'],
  ])('writes a duration of %p µs as %s', (us, text) => {
    expect(formatDuration(us)).toBe(text);
  });

  it('writes shares, rates, sizes and values', () => {
    expect([0, 0.0004, 0.0123, 0.5, 1].map(formatPercent)).toEqual(['0%', '<0.1%', '1.2%', '50%', '100%']);
    expect([0, 0.01, 1.5, 1200].map(formatRate)).toEqual(['0/s', '0.6/min', '1.5/s', '1,200/s']);
    expect([0, 950, 94_371_840].map(formatBytes)).toEqual(['0 B', '950 B', '94.4 MB']);
    expect([null, true, 'x', 1.23456789, ['a']].map(formatValue)).toEqual(['–', 'true', 'x', '1.23457', '["a"]']);
  });

  it('writes how long ago', () => {
    expect([2, 42, 120, 7200, 200_000].map((s) => formatAgo(0, s * 1000))).toEqual([
      'now',
      '42 s ago',
      '2 min ago',
      '2 h ago',
      '2 d ago',
    ]);
  });

  it('places ticks at round times inside the range', () => {
    const start = new Date(2026, 10, 21, 4, 0, 30).getTime();
    const ticks = timeTicks(start, start + 600_000, 5);
    expect(ticks.map(({ label }) => label)).toEqual(['04:02', '04:04', '04:06', '04:08', '04:10']);
  });
});
