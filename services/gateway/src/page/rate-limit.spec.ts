import { describe, expect, it } from '@jest/globals';
import { RateLimit } from './rate-limit.js';

let now = 1_000_000;
const limit = (client: [number, number], all: [number, number]) =>
  new RateLimit({ burst: client[0], perSecond: client[1] }, { burst: all[0], perSecond: all[1] }, () => now);
const take = (one: RateLimit, client: string, times: number) =>
  Array.from({ length: times }, () => one.take(client)).filter(Boolean).length;

describe('RateLimit', () => {
  it('lets a burst through, and then so many per second', () => {
    const one = limit([3, 2], [100, 100]);
    expect(take(one, 'a', 5)).toBe(3);
    now += 1_000;
    expect(take(one, 'a', 5)).toBe(2);
    now += 3_600_000;
    expect(take(one, 'a', 5)).toBe(3);
  });

  it('keeps clients apart, and all of them together within bounds', () => {
    const one = limit([3, 0], [5, 1]);
    expect([take(one, 'a', 9), take(one, 'b', 9), take(one, 'c', 9)]).toEqual([3, 2, 0]);
    now += 1_000;
    expect(take(one, 'c', 9)).toBe(1);
  });

  it('holds for all together, however many clients somebody is', () => {
    const one = limit([3, 0], [15_000, 0]);
    let taken = 0;
    for (let client = 0; client < 30_000; client++) taken += take(one, String(client), 1);
    expect(taken).toBe(15_000);
  });

  it('gives nothing for a clock that goes backwards', () => {
    const one = limit([1, 1], [9, 9]);
    expect(take(one, 'a', 1)).toBe(1);
    now -= 60_000;
    expect(take(one, 'a', 1)).toBe(0);
  });
});
