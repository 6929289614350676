import { groupBy } from './group-by.js';
import type { SpanNode } from './tree.js';

export interface DiffNode {
  readonly service: string;
  readonly name: string;
  readonly depth: number;
  /** The span in the first trace, if it is there. */
  readonly before: SpanNode | undefined;
  readonly after: SpanNode | undefined;
  readonly change: 'added' | 'gone' | 'slower' | 'faster' | 'same';
  /** After minus before; the whole duration for added and gone. */
  readonly delta_us: number;
  readonly children: DiffNode[];
}

/** A change smaller than this share of the span, or than 0.2 ms, is noise. */
const NOISE = { ratio: 0.1, us: 200 };

/** Aligns two forests: siblings of the same service and name are paired in order, what has no partner was added or is gone. */
export function diffTrees(before: readonly SpanNode[], after: readonly SpanNode[], depth = 0): DiffNode[] {
  const waiting = groupBy(before, identity);
  const pairs: { before?: SpanNode; after?: SpanNode; at: number }[] = after.map((node) => {
    const partner = waiting.get(identity(node))?.shift();
    return { after: node, at: node.span.start_us, ...(partner && { before: partner }) };
  });
  for (const gone of [...waiting.values()].flat()) pairs.push({ before: gone, at: gone.span.start_us });
  return pairs
    .sort((a, b) => a.at - b.at || Number(!!a.after) - Number(!!b.after))
    .map((pair) => toDiffNode(pair.before, pair.after, depth));
}

export function flattenDiff(nodes: readonly DiffNode[]): DiffNode[] {
  return nodes.flatMap((node) => [node, ...flattenDiff(node.children)]);
}

function toDiffNode(before: SpanNode | undefined, after: SpanNode | undefined, depth: number): DiffNode {
  const either = (after ?? before)!.span;
  const delta_us = (after?.span.duration_us ?? 0) - (before?.span.duration_us ?? 0);
  return {
    service: either.service,
    name: either.name,
    depth,
    before,
    after,
    change: changeOf(before, after, delta_us),
    delta_us,
    children: diffTrees(before?.children ?? [], after?.children ?? [], depth + 1),
  };
}

function changeOf(before: SpanNode | undefined, after: SpanNode | undefined, delta: number): DiffNode['change'] {
  if (!before) return 'added';
  if (!after) return 'gone';
  if (Math.abs(delta) < Math.max(NOISE.us, before.span.duration_us * NOISE.ratio)) return 'same';
  return delta > 0 ? 'slower' : 'faster';
}

const identity = ({ span }: SpanNode): string => `${span.service}\0${span.name}\0${span.kind}`;
