import { describe, expect, it } from '@jest/globals';
import type { Filter } from '../api/types.js';
import { formatFilter, parseFilter } from './filters.js';

describe('a filter as one line', () => {
  it.each<[string, Filter]>([
    ['service.name = gateway', { column: 'service.name', op: '=', value: 'gateway' }],
    ['duration_ms>=12.5', { column: 'duration_ms', op: '>=', value: 12.5 }],
    ['error != true', { column: 'error', op: '!=', value: true }],
    ['zip = "01234"', { column: 'zip', op: '=', value: '01234' }],
    ['zip = 01234', { column: 'zip', op: '=', value: '01234' }],
    ['error exists', { column: 'error', op: 'exists' }],
    ['user.id does-not-exist', { column: 'user.id', op: 'does-not-exist' }],
    ['name does-not-contain a = b', { column: 'name', op: 'does-not-contain', value: 'a = b' }],
    ['name in GET, "a, b", 3', { column: 'name', op: 'in', value: ['GET', 'a, b', 3] }],
    ['db.query.text contains "x >= 1"', { column: 'db.query.text', op: 'contains', value: 'x >= 1' }],
  ])('reads %s', (line, filter) => {
    expect(parseFilter(line)).toEqual(filter);
  });

  it.each(['', 'service.name', 'service.name =', '= gateway', 'error exists now'])('refuses %j', (line) => {
    expect(parseFilter(line)).toBeUndefined();
  });

  it.each<Filter>([
    { column: 'a', op: '=', value: 'plain words' },
    { column: 'a', op: '=', value: '12' },
    { column: 'a', op: '=', value: 12 },
    { column: 'a', op: '=', value: 'true' },
    { column: 'a', op: '=', value: '' },
    { column: 'a', op: '=', value: ' padded ' },
    { column: 'a', op: '=', value: 'it "is", so' },
    { column: 'a', op: '=', value: 'x != y' },
    { column: 'a', op: '>', value: -0.5 },
    { column: 'a', op: '=', value: 'contains' },
    { column: 'a', op: 'in', value: ['x', '7', 7, false, 'p, q'] },
    { column: 'a', op: 'not-in', value: [1, 2] },
  ])('reads back what it wrote: %j', (filter) => {
    expect(parseFilter(formatFilter(filter))).toEqual(filter);
  });
});
