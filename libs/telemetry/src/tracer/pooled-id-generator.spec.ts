import { expect, it } from '@jest/globals';
import { PooledIdGenerator } from './pooled-id-generator.js';

it('makes ids of the right length, no two the same, with all digits in all places', () => {
  const generator = new PooledIdGenerator();
  const traceIds = Array.from({ length: 5_000 }, () => generator.generateTraceId());
  const spanIds = Array.from({ length: 5_000 }, () => generator.generateSpanId());
  expect(new Set([...traceIds, ...spanIds]).size).toBe(10_000);
  for (const [ids, length] of [
    [traceIds, 32],
    [spanIds, 16],
  ] as const) {
    // prettier-ignore
    expect(ids.filter((id) => !new RegExp(`^[0-9a-f]{${length}}$`).test(id))).toEqual([]);
    for (let place = 0; place < length; place++) expect(new Set(ids.map((id) => id[place])).size).toBe(16);
  }
});
