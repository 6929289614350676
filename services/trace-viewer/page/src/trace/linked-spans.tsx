import { post } from '../api/client.js';
import { type QuerySpecInput, type Span, type TraceSummary } from '../api/types.js';
import { useResource } from '../ui/use-resource.js';

/** Jumps along span links: to the spans that this one names, and to traces that name it. */
export function LinkedSpans({ traceId, span }: { traceId: string; span: Span }) {
  const spec: QuerySpecInput = {
    filters: [
      { column: 'trace.link.trace_id', op: '=', value: traceId },
      { column: 'trace.link.span_id', op: '=', value: span.span_id },
    ],
    time_range: 7 * 86_400,
    limit: 20,
  };
  const { data } = useResource(`links ${traceId} ${span.span_id}`, (signal) =>
    post<{ traces: TraceSummary[] }>('query/traces', spec, signal),
  );
  const linkedBy = data?.traces ?? [];
  if (span.links.length === 0 && linkedBy.length === 0) return null;
  return (
    <details open>
      <summary>
        Links <span class="muted">{span.links.length + linkedBy.length}</span>
      </summary>
      <ul class="small">
        {span.links.map((link) => (
          <li key={link.span_id}>
            <a href={`/traces/${link.trace_id}?span=${link.span_id}`}>
              ↗ {link.trace_id === traceId ? 'a span of this trace' : `trace ${link.trace_id.slice(0, 8)}`}, span{' '}
              {link.span_id.slice(0, 8)}
            </a>
          </li>
        ))}
        {linkedBy.map((trace) => (
          <li key={trace.trace_id}>
            <a href={`/traces/${trace.trace_id}`}>
              ↙ linked from {trace.root ? `${trace.root.service}: ${trace.root.name}` : trace.trace_id.slice(0, 8)}
            </a>
          </li>
        ))}
      </ul>
    </details>
  );
}
