import { type Filter, type QueryResult, type QuerySpecInput, type Span, type Trace } from '../api/types.js';
import { type SpanNode } from './tree.js';

/** What spans of one name usually take, in microseconds. */
export interface Usual {
  readonly p50_us: number;
  readonly p95_us: number;
  readonly count: number;
}
export type Usuals = ReadonlyMap<string, Usual>;

export const operationKey = ({ service, name }: { service: string; name: string }): string => `${service}\0${name}`;

/** Fewer spans than this tell nothing about what is usual. */
const ENOUGH = 5;
const DAY_S = 86_400;

export function usualSpec({ spans, start, services }: Trace): QuerySpecInput {
  const end = Math.ceil(Date.parse(start) / 1000) + 3600;
  const names = [...new Set(spans.map(({ name }) => name))].slice(0, 1000);
  const filters: Filter[] = [
    { column: 'meta.annotation_type', op: 'does-not-exist' },
    { column: 'service.name', op: 'in', value: services.slice(0, 1000) },
    { column: 'name', op: 'in', value: names },
  ];
  return {
    calculations: [{ op: 'COUNT' }, { op: 'P50', column: 'duration_ms' }, { op: 'P95', column: 'duration_ms' }],
    breakdowns: ['service.name', 'name'],
    filters,
    limit: 1000,
    start_time: end - DAY_S,
    end_time: end,
  };
}

export function toUsuals({ rows }: Pick<QueryResult, 'rows'>): Usuals {
  const usuals = new Map<string, Usual>();
  for (const row of rows) {
    const count = Number(row['COUNT']);
    if (count < ENOUGH) continue;
    const key = operationKey({ service: String(row['service.name']), name: String(row['name']) });
    usuals.set(key, {
      p50_us: Number(row['P50(duration_ms)']) * 1000,
      p95_us: Number(row['P95(duration_ms)']) * 1000,
      count,
    });
  }
  return usuals;
}

export interface Explanation {
  readonly root: Span;
  readonly usual: Usual;
  /** `slow` above the p95 of its name, otherwise `usual`. */
  readonly verdict: 'slow' | 'usual';
  /** The span that is slow by itself: most over its own p50, its children's part taken off. */
  readonly culprit: { readonly span: Span; readonly usual: Usual | undefined; readonly excess_us: number } | undefined;
}

/** Why a trace is slow. Undefined when too few traces like it are stored to say. */
export function explain(root: SpanNode, usuals: Usuals): Explanation | undefined {
  const usual = usuals.get(operationKey(root.span));
  if (!usual) return undefined;
  const verdict = root.span.duration_us > usual.p95_us ? ('slow' as const) : ('usual' as const);
  let culprit: Explanation['culprit'];
  const stack = [root];
  for (let node = stack.pop(); node; node = stack.pop()) {
    const excess = ownExcess(node, usuals);
    if (!culprit || excess > culprit.excess_us)
      culprit = { span: node.span, usual: usuals.get(operationKey(node.span)), excess_us: excess };
    stack.push(...node.children);
  }
  const telling = verdict === 'slow' && culprit && culprit.excess_us > (root.span.duration_us - usual.p50_us) * 0.2;
  return { root: root.span, usual, verdict, culprit: telling ? culprit : undefined };
}

/** A span without a usual is new: all of its own time is unusual. */
function ownExcess(node: SpanNode, usuals: Usuals): number {
  const below = node.children.reduce((sum, child) => sum + Math.max(0, excessOf(child, usuals)), 0);
  return Math.min(excessOf(node, usuals), node.span.duration_us) - below;
}

const excessOf = ({ span }: SpanNode, usuals: Usuals): number =>
  span.duration_us - (usuals.get(operationKey(span))?.p50_us ?? 0);
