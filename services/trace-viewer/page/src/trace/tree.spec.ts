import { describe, expect, it } from '@jest/globals';
import { span } from './test-spans.js';
import { buildTree, type SpanNode, visibleRows } from './tree.js';

const outline = (nodes: readonly SpanNode[]) =>
  nodes.map(({ span: { span_id }, depth }) => '  '.repeat(depth) + span_id);
const rows = (...spans: ReturnType<typeof span>[]) => outline(visibleRows(buildTree(spans), new Set()));

describe('the tree of a trace', () => {
  it('puts children under their parent in order of their start, whatever order they came in', () => {
    expect(rows(span('c', 'a', 5, 1), span('d', 'b', 2, 1), span('a', null, 0, 9), span('b', 'a', 1, 3))).toEqual([
      'a',
      '  b',
      '    d',
      '  c',
    ]);
  });

  it('shows a span whose parent is missing at the top, as an orphan', () => {
    const [root, orphan] = buildTree([span('a', null, 0, 9), span('x', 'gone', 3, 1)]);
    expect([root?.orphan, orphan?.orphan, orphan?.depth]).toEqual([false, true, 0]);
  });

  it('shows every span of a cycle of parents once', () => {
    expect(rows(span('a', 'b', 0, 2), span('b', 'a', 1, 2))).toEqual(['a', '  b']);
    expect(rows(span('a', 'a', 0, 2))).toEqual(['a']);
  });

  it('counts descendants and the errors below', () => {
    const [root] = buildTree([
      span('a', null, 0, 9, { status: { code: 'error' } }),
      span('b', 'a', 1, 3),
      span('c', 'b', 1, 1, { status: { code: 'error' } }),
    ]);
    expect(root).toMatchObject({ descendants: 2, errorsBelow: 1 });
  });

  it('takes ten thousand levels', () => {
    const deep = Array.from({ length: 10_000 }, (_, i) => span(`s${i}`, i ? `s${i - 1}` : null, i, 10_000 - i));
    const visible = visibleRows(buildTree(deep), new Set());
    expect([visible.length, visible.at(-1)?.depth]).toEqual([10_000, 9999]);
  });
});

describe('the rows in view', () => {
  const forest = buildTree([
    span('a', null, 0, 9),
    span('b', 'a', 1, 3, { kind: 'client' }),
    span('c', 'b', 1, 1),
    span('d', 'a', 5, 1),
  ]);

  it('leaves out what is below a folded span', () => {
    expect(outline(visibleRows(forest, new Set(['b'])))).toEqual(['a', '  b', '  d']);
  });

  it('keeps the children of a span of a hidden kind', () => {
    const visible = visibleRows(forest, new Set(), ({ kind }) => kind === 'client');
    expect(visible.map(({ span: { span_id } }) => span_id)).toEqual(['a', 'c', 'd']);
  });
});
