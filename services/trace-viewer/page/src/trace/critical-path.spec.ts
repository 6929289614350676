import { describe, expect, it } from '@jest/globals';
import { criticalPath } from './critical-path.js';
import { span } from './test-spans.js';
import { buildTree } from './tree.js';

const path = (...spans: ReturnType<typeof span>[]) =>
  criticalPath(buildTree(spans)[0]!).map(({ spanId, start_us, end_us }) => `${spanId} ${start_us}-${end_us}`);

describe('the critical path', () => {
  it('goes through sequential children and counts the gaps as the parent’s', () => {
    expect(path(span('a', null, 0, 100), span('b', 'a', 10, 30), span('c', 'a', 50, 40))).toEqual([
      'a 0-10',
      'b 10-40',
      'a 40-50',
      'c 50-90',
      'a 90-100',
    ]);
  });

  it('follows the child that finished last among parallel ones', () => {
    expect(path(span('a', null, 0, 100), span('fast', 'a', 0, 40), span('slow', 'a', 0, 100))).toEqual(['slow 0-100']);
  });

  it('goes down to grandchildren', () => {
    expect(path(span('a', null, 0, 10), span('b', 'a', 2, 6), span('c', 'b', 3, 4))).toEqual([
      'a 0-2',
      'b 2-3',
      'c 3-7',
      'b 7-8',
      'a 8-10',
    ]);
  });

  it('counts a child that outlives its parent up to the parent’s end, and covers the whole without overlap', () => {
    expect(path(span('a', null, 0, 10), span('late', 'a', 4, 50))).toEqual(['a 0-4', 'late 4-10']);
  });

  it('covers exactly the root’s duration, for any tree', () => {
    let state = 7;
    const next = (below: number) => (state = (state * 48_271) % 2_147_483_647) % below;
    for (let round = 0; round < 50; round++) {
      const spans = [span('s0', null, 0, 1000)];
      for (let i = 1; i < 30; i++) {
        const parent = spans[next(spans.length)]!;
        const start = parent.start_us + next(Math.max(1, parent.duration_us));
        spans.push(span(`s${i}`, parent.span_id, start, 1 + next(400)));
      }
      const segments = criticalPath(buildTree(spans)[0]!);
      let cursor = 0;
      for (const { start_us, end_us } of segments) {
        expect(start_us).toBe(cursor);
        cursor = end_us;
      }
      expect(cursor).toBe(1000);
    }
  });
});
