import type { SpanNode } from './tree.js';

export interface Segment {
  readonly spanId: string;
  readonly start_us: number;
  readonly end_us: number;
}

/**
 * What the trace was waiting for at each moment, from its end backwards: the child that finished last is on the path
 * from its start to its end, the gaps between children are the parent's own. Shortening anything that is not on the
 * path does not make the trace faster. Children that outlive their parent count up to the parent's end.
 */
export function criticalPath(root: SpanNode): Segment[] {
  const segments: Segment[] = [];
  const stack: { node: SpanNode; until: number }[] = [{ node: root, until: endOf(root) }];
  for (let item = stack.pop(); item; item = stack.pop()) {
    let cursor = Math.min(item.until, endOf(item.node));
    const { span } = item.node;
    for (const child of [...item.node.children].sort((a, b) => endOf(b) - endOf(a))) {
      const end = Math.min(endOf(child), item.until);
      if (end > cursor || end <= span.start_us || child.span.start_us >= cursor) continue;
      if (end < cursor) segments.push({ spanId: span.span_id, start_us: end, end_us: cursor });
      stack.push({ node: child, until: end });
      cursor = Math.max(child.span.start_us, span.start_us);
    }
    if (cursor > span.start_us) segments.push({ spanId: span.span_id, start_us: span.start_us, end_us: cursor });
  }
  return segments.sort((a, b) => a.start_us - b.start_us);
}

const endOf = (node: SpanNode): number => node.span.start_us + node.span.duration_us;
