import { formatValue } from '../format/number.js';
import type { Span, TraceLog } from '../api/types.js';

/** The ids of the spans whose name, service, attributes, events or logs hold every word of the query, any case. */
export function searchSpans(spans: readonly Span[], logs: readonly TraceLog[], query: string): Set<string> {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const found = new Set<string>();
  if (words.length === 0) return found;
  const bodies = new Map<string, string>();
  for (const log of logs) if (log.span_id) bodies.set(log.span_id, `${bodies.get(log.span_id) ?? ''} ${log.body}`);
  for (const span of spans) {
    const text = searchText(span, bodies.get(span.span_id) ?? '');
    if (words.every((word) => text.includes(word))) found.add(span.span_id);
  }
  return found;
}

function searchText(span: Span, logs: string): string {
  const attributes = Object.entries(span.attributes).map(([key, value]) => `${key}=${formatValue(value)}`);
  const events = span.events.map((event) => `${event.name} ${JSON.stringify(event.attributes)}`);
  return [span.name, span.service, span.kind, span.span_id, ...attributes, ...events, logs].join(' ').toLowerCase();
}
