import { describe, expect, it } from '@jest/globals';
import type { ServiceStats } from '../api/types.js';
import { beforeAndAfter } from './before.js';
import { changeOf, pairServices, usedBuckets } from './comparison.js';

describe('services in two time ranges', () => {
  it('pairs by name and keeps those of one side only', () => {
    const stats = (...names: string[]) => names.map((service) => ({ service }) as ServiceStats);
    const pairs = pairServices(stats('gateway', 'new'), stats('old', 'gateway'));
    expect(pairs.map(({ after, before }) => [after?.service, before?.service])).toEqual([
      ['gateway', 'gateway'],
      ['new', undefined],
      [undefined, 'old'],
    ]);
  });

  it.each([
    [110, 100, true, 'worse'],
    [80, 100, true, 'better'],
    [102, 100, true, 'same'],
    [200, 100, false, 'neutral'],
    [0, 0, true, 'same'],
    [1, 0, true, 'worse'],
  ])('calls %d after %d, lower is better: %s, %s', (after, before, lowerIsBetter, verdict) => {
    expect(changeOf(after, before, lowerIsBetter).verdict).toBe(verdict);
  });

  it('cuts the axis of the distributions to what is used', () => {
    expect(
      usedBuckets([
        [0, 0, 0, 4, 0],
        [0, 0, 1],
      ]),
    ).toEqual({ first: 1, last: 4 });
    expect(usedBuckets([[0, 0]])).toEqual({ first: 0, last: 0 });
  });

  it('takes the period before, yesterday, or a split at the time of a change', () => {
    const range = { start: 100_000, end: 160_000, relative: '1h' };
    expect(beforeAndAfter(range, 'prev').before).toMatchObject({ start: 40_000, end: 100_000 });
    expect(beforeAndAfter(range, 'day').before).toMatchObject({ start: 100_000 - 86_400_000 });
    expect(beforeAndAfter(range, '130000')).toMatchObject({
      before: { start: 100_000, end: 130_000 },
      after: { start: 130_000, end: 160_000 },
    });
    expect(beforeAndAfter(range, '999999').before).toBeUndefined();
  });
});
