import { describe, expect, it } from '@jest/globals';
import { span } from './test-spans.js';
import { totals } from './totals.js';

const spans = [
  span('a', null, 0, 0, { service: 'gateway', name: 'GET', self_us: 5 }),
  span('b', 'a', 0, 0, { service: 'store', name: 'SELECT', self_us: 20, status: { code: 'error' } }),
  span('c', 'a', 0, 0, { service: 'store', name: 'INSERT', self_us: 7 }),
];

describe('where the time of a trace went', () => {
  it('sums self time and errors per service, largest first', () => {
    expect(totals(spans, 'service')).toEqual([
      { service: 'store', name: undefined, count: 2, errors: 1, self_us: 27 },
      { service: 'gateway', name: undefined, count: 1, errors: 0, self_us: 5 },
    ]);
  });

  it('and per operation', () => {
    expect(totals(spans, 'operation').map(({ name, self_us }) => [name, self_us])).toEqual([
      ['SELECT', 20],
      ['INSERT', 7],
      ['GET', 5],
    ]);
  });
});
