import { computed, signal } from '@preact/signals';
import { type Span, type SpanKind, type Trace, type TraceLog } from '../api/types.js';
import { groupBy } from './group-by.js';
import { criticalPath, type Segment } from './critical-path.js';
import { searchSpans } from './search.js';
import { buildTree, type SpanNode, visibleRows } from './tree.js';

/** A stretch of the trace in view, microseconds from its start. */
export interface Zoom {
  readonly from: number;
  readonly to: number;
}

export type TraceView = ReturnType<typeof createTraceView>;

/** The state of the trace page: what is folded, hidden, searched, chosen and zoomed, and what follows from it. */
export function createTraceView(
  trace: Trace,
  initial: { selected?: string | undefined; query?: string | undefined } = {},
) {
  const forest = buildTree(trace.spans);
  const nodes = new Map<string, SpanNode>();
  const parents = new Map<string, string>();
  const all = visibleRows(forest, new Set());
  for (const node of all) {
    nodes.set(node.span.span_id, node);
    for (const child of node.children) parents.set(child.span.span_id, node.span.span_id);
  }
  const logs = groupBy(
    trace.logs.filter((log) => log.span_id),
    (log: TraceLog) => log.span_id!,
  );
  const whole: Zoom = { from: 0, to: Math.max(1, trace.duration_us) };

  const selected = signal<string | undefined>(initial.selected);
  const folded = signal<ReadonlySet<string>>(new Set());
  const hiddenKinds = signal<ReadonlySet<SpanKind>>(new Set());
  const query = signal(initial.query ?? '');
  const showCritical = signal(true);
  const zoom = signal<Zoom>(whole);

  const rows = computed(() => visibleRows(forest, folded.value, (span) => hiddenKinds.value.has(span.kind)));
  const rowOf = computed(() => new Map(rows.value.map((node, index) => [node.span.span_id, index])));
  const matches = computed(() => (query.value.trim() ? searchSpans(trace.spans, trace.logs, query.value) : undefined));
  const critical = computed<ReadonlyMap<string, Segment[]>>(() =>
    showCritical.value ? groupBy(forest.flatMap(criticalPath), ({ spanId }: Segment) => spanId) : new Map(),
  );

  /** Unfolds what hides a span, and chooses it. */
  const select = (id: string | undefined): void => {
    if (id !== undefined) {
      const open = new Set(folded.peek());
      for (let parent = parents.get(id); parent; parent = parents.get(parent)) open.delete(parent);
      if (open.size !== folded.peek().size) folded.value = open;
    }
    selected.value = id;
  };
  const step = (by: number): void => {
    const at = selected.peek() === undefined ? -1 : (rowOf.peek().get(selected.peek()!) ?? -1);
    const next = rows.peek()[Math.max(0, Math.min(rows.peek().length - 1, at + by))];
    if (next) selected.value = next.span.span_id;
  };
  /** The next (or previous) span, in the order of the whole tree and round its end, for which `wanted` holds. */
  const seek = (wanted: (span: Span) => boolean, direction: 1 | -1): void => {
    const from = all.findIndex(({ span }) => span.span_id === selected.peek());
    const start = from < 0 && direction < 0 ? 0 : from;
    for (let i = 1; i <= all.length; i++) {
      const candidate = all[(start + direction * i + all.length * 2) % all.length]!.span;
      if (wanted(candidate)) return select(candidate.span_id);
    }
  };
  const setFolded = (id: string, fold: boolean): void => {
    const next = new Set(folded.peek());
    if (fold) next.add(id);
    else next.delete(id);
    folded.value = next;
  };
  const foldAll = (): void => {
    folded.value = new Set(
      all.filter(({ children, depth }) => children.length > 0 && depth > 0).map(({ span }) => span.span_id),
    );
  };
  const toggleKind = (kind: SpanKind): void => {
    const next = new Set(hiddenKinds.peek());
    if (!next.delete(kind)) next.add(kind);
    hiddenKinds.value = next;
  };
  const zoomTo = (next: Zoom | undefined): void => {
    const least = Math.max(0.5, whole.to / 50_000);
    if (!next || next.to - next.from < least) zoom.value = whole;
    else zoom.value = { from: Math.max(0, next.from), to: Math.min(whole.to, next.to) };
  };
  return {
    trace,
    forest,
    nodes,
    parents,
    logs,
    whole,
    all,
    selected,
    folded,
    hiddenKinds,
    query,
    showCritical,
    zoom,
    rows,
    rowOf,
    matches,
    critical,
    select,
    step,
    seek,
    setFolded,
    foldAll,
    toggleKind,
    zoomTo,
  };
}
