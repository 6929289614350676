import type { Span } from '../api/types.js';
import { groupBy } from './group-by.js';

export interface SpanNode {
  readonly span: Span;
  readonly children: SpanNode[];
  readonly depth: number;
  /** Spans below this one. */
  readonly descendants: number;
  /** Spans below this one with an error. */
  readonly errorsBelow: number;
  /** Names a parent that is not in the trace. */
  readonly orphan: boolean;
}

/**
 * Spans as trees, siblings in order of their start. A span whose parent never arrived is a root marked orphan;
 * a cycle of parents, which only a broken sender makes, is cut at its earliest span. Takes 10,000 levels.
 */
export function buildTree(spans: readonly Span[]): SpanNode[] {
  const byId = new Map(spans.map((span) => [span.span_id, span]));
  const sorted = [...spans].sort(byStart);
  const isRoot = ({ span_id, parent_span_id: parent }: Span) => !parent || !byId.has(parent) || parent === span_id;
  const roots = sorted.filter(isRoot);
  const childrenOf = groupBy(
    sorted.filter((span) => !isRoot(span)),
    (span) => span.parent_span_id!,
  );
  const seen = new Set<string>();
  const forest = roots.map((root) => grow(root, childrenOf, byId, seen));
  if (seen.size < byId.size) {
    for (const span of sorted) if (!seen.has(span.span_id)) forest.push(grow(span, childrenOf, byId, seen));
  }
  return forest;
}

type Growing = { -readonly [K in keyof SpanNode]: SpanNode[K] };

function grow(root: Span, childrenOf: Map<string, Span[]>, byId: Map<string, Span>, seen: Set<string>): SpanNode {
  const order: { node: Growing; parent: Growing | undefined }[] = [];
  const stack: { span: Span; parent: Growing | undefined }[] = [{ span: root, parent: undefined }];
  for (let next = stack.pop(); next; next = stack.pop()) {
    const { span, parent } = next;
    if (seen.has(span.span_id)) continue;
    seen.add(span.span_id);
    const orphan = !parent && !!span.parent_span_id && !byId.has(span.parent_span_id);
    const node: Growing = {
      span,
      children: [],
      depth: parent ? parent.depth + 1 : 0,
      descendants: 0,
      errorsBelow: 0,
      orphan,
    };
    parent?.children.push(node);
    order.push({ node, parent });
    const children = childrenOf.get(span.span_id) ?? [];
    for (let i = children.length - 1; i >= 0; i--) stack.push({ span: children[i]!, parent: node });
  }
  for (const { node, parent } of order.reverse()) {
    if (!parent) continue;
    parent.descendants += node.descendants + 1;
    parent.errorsBelow += node.errorsBelow + (node.span.status.code === 'error' ? 1 : 0);
  }
  return order.at(-1)!.node;
}

/** The rows in view: a folded span hides what is below it, a hidden kind hands its children's place to them. */
export function visibleRows(
  forest: readonly SpanNode[],
  folded: ReadonlySet<string>,
  hidden: (span: Span) => boolean = () => false,
): SpanNode[] {
  const rows: SpanNode[] = [];
  const stack = [...forest].reverse();
  for (let node = stack.pop(); node; node = stack.pop()) {
    if (!hidden(node.span)) rows.push(node);
    if (folded.has(node.span.span_id)) continue;
    for (let i = node.children.length - 1; i >= 0; i--) stack.push(node.children[i]!);
  }
  return rows;
}

const byStart = (a: Span, b: Span): number => a.start_us - b.start_us || b.duration_us - a.duration_us;
