import { describe, expect, it } from '@jest/globals';
import { diffTrees, flattenDiff } from './diff.js';
import { span } from './test-spans.js';
import { buildTree } from './tree.js';

type Spans = ReturnType<typeof span>[];
const diff = (before: Spans, after: Spans) =>
  flattenDiff(diffTrees(buildTree(before), buildTree(after))).map(
    ({ depth, name, change, delta_us }) => `${'  '.repeat(depth)}${name} ${change} ${delta_us}`,
  );
const named = (id: string, parent: string | null, at: number, ms: number, name = id) =>
  span(id, parent, at * 1000, ms * 1000, { name });

describe('two traces compared', () => {
  it('tells slower, faster and the same apart, small differences being noise', () => {
    const before = [named('a', null, 0, 100), named('b', 'a', 1, 20), named('c', 'a', 30, 50)];
    const after = [named('a', null, 0, 104), named('b', 'a', 1, 40), named('c', 'a', 50, 10)];
    expect(diff(before, after)).toEqual(['a same 4000', '  b slower 20000', '  c faster -40000']);
  });

  it('says what was added with all that is below it, and what is gone', () => {
    const before = [named('a', null, 0, 100), named('old', 'a', 1, 20)];
    const after = [named('a', null, 0, 100), named('new', 'a', 2, 20), named('below', 'new', 3, 5)];
    expect(diff(before, after)).toEqual(['a same 0', '  old gone -20000', '  new added 20000', '    below added 5000']);
  });

  it('pairs repeated siblings in order, so that one more shows as one added', () => {
    const queries = (count: number) => [
      named('a', null, 0, 100),
      ...Array.from({ length: count }, (_, i) => named(`q${i}`, 'a', i * 10, 5, 'SELECT')),
    ];
    expect(diff(queries(2), queries(3))).toEqual([
      'a same 0',
      '  SELECT same 0',
      '  SELECT same 0',
      '  SELECT added 5000',
    ]);
  });

  it('does not pair spans of different services', () => {
    const before = [span('a', null, 0, 1000, { name: 'GET', service: 'gateway' })];
    const after = [span('a', null, 0, 1000, { name: 'GET', service: 'edge' })];
    expect(diff(before, after)).toEqual(['GET gone -1000', 'GET added 1000']);
  });
});
