import { useEffect, useMemo, useState } from 'preact/hooks';
import { get, post } from '../api/client.js';
import { onStream } from '../api/stream.js';
import { type QueryResult, type Trace } from '../api/types.js';
import { useShortcuts } from '../ui/keyboard.js';
import { ErrorNote, Loading } from '../ui/notes.js';
import { params, setParams } from '../ui/router.js';
import { noteServices } from '../ui/service-colour.js';
import { useResource } from '../ui/use-resource.js';
import { Minimap } from './minimap.js';
import { SpanPanel } from './span-panel.js';
import { TraceHead } from './trace-head.js';
import { TraceToolbar } from './trace-toolbar.js';
import { createTraceView, type TraceView } from './trace-view.js';
import { toUsuals, usualSpec } from './usual.js';
import { Waterfall } from './waterfall.js';
import './trace-page.css';

export function TracePage({ traceId }: { traceId: string }) {
  const version = useUpdates(traceId);
  const { data, error } = useResource(`${traceId} ${version}`, (signal) =>
    get<Trace>(`traces/${encodeURIComponent(traceId)}`, undefined, signal),
  );
  if (error && !data) return <ErrorNote error={error} />;
  if (!data) return <Loading what="trace" />;
  return <LoadedTrace trace={data} />;
}

function LoadedTrace({ trace }: { trace: Trace }) {
  noteServices(trace.services);
  const view = useMemo(() => {
    const { searchParams } = new URL(window.location.href);
    return createTraceView(trace, {
      selected: searchParams.get('span') ?? undefined,
      query: searchParams.get('q') ?? undefined,
    });
  }, [trace]);
  useViewInAddress(view);
  useTraceShortcuts(view);
  const usual = useResource(`usual ${trace.trace_id} ${trace.spans.length}`, async (signal) =>
    // A page that cannot say what is usual still shows the trace.
    toUsuals(await post<QueryResult>('query', usualSpec(trace), signal).catch(() => NOTHING)),
  );
  const chosen = view.selected.value ? view.nodes.get(view.selected.value) : undefined;
  return (
    <>
      <TraceHead view={view} usuals={usual.data} />
      <div class={`trace-body ${chosen ? 'with-panel' : ''}`}>
        <section class="card trace-card" aria-label="Waterfall">
          <TraceToolbar view={view} />
          <Minimap view={view} />
          <Waterfall view={view} usuals={usual.data} />
        </section>
        {chosen && <SpanPanel key={chosen.span.span_id} view={view} node={chosen} usuals={usual.data} />}
      </div>
    </>
  );
}

const NOTHING = { rows: [] };

/** Counts up when the trace got more spans, a moment after the last of them. */
function useUpdates(traceId: string): number {
  const [version, setVersion] = useState(0);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = onStream('traces', ({ traces }) => {
      if (!traces.some(({ trace_id }) => trace_id === traceId)) return;
      clearTimeout(timer);
      timer = setTimeout(() => setVersion((old) => old + 1), 700);
    });
    return () => {
      clearTimeout(timer);
      stop();
    };
  }, [traceId]);
  return version;
}

function useViewInAddress(view: TraceView): void {
  const address = params.value;
  useEffect(() => {
    // Read now, not when it was drawn: keys may have moved on since.
    const wanted = params.peek().get('span') ?? undefined;
    if (wanted !== view.selected.peek()) view.select(wanted);
  }, [view, address]);
  useEffect(() => view.selected.subscribe((span) => setParams({ span }, { replace: true })), [view]);
  useEffect(() => view.query.subscribe((q) => setParams({ q }, { replace: true })), [view]);
}

function useTraceShortcuts(view: TraceView): void {
  const chosen = () => view.nodes.get(view.selected.peek() ?? '');
  const failed = (direction: 1 | -1) => view.seek((span) => span.status.code === 'error', direction);
  const matching = (direction: 1 | -1) =>
    view.seek((span) => view.matches.peek()?.has(span.span_id) ?? false, direction);
  const fold = (value: boolean) => {
    const node = chosen();
    if (!node) return;
    const id = node.span.span_id;
    if (value && (view.folded.peek().has(id) || node.children.length === 0)) view.select(view.parents.get(id) ?? id);
    else if (node.children.length > 0) view.setFolded(id, value);
  };
  useShortcuts({
    j: () => view.step(1),
    k: () => view.step(-1),
    h: () => fold(true),
    l: () => fold(false),
    e: () => failed(1),
    E: () => failed(-1),
    n: () => matching(1),
    N: () => matching(-1),
    c: () => (view.showCritical.value = !view.showCritical.peek()),
    z: () => {
      const node = chosen();
      const zoomed = view.zoom.peek() !== view.whole;
      if (zoomed || !node) view.zoomTo(undefined);
      else view.zoomTo({ from: node.span.start_us, to: node.span.start_us + node.span.duration_us });
    },
    Escape: () => {
      if (view.selected.peek()) view.select(undefined);
      else if (view.query.peek()) view.query.value = '';
      else view.zoomTo(undefined);
    },
  });
}
