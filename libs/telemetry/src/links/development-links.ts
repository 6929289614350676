import { type Span, TraceFlags } from '@opentelemetry/api';
import { type TraceLink, traceUrls } from './trace-link.js';

let links: readonly TraceLink[] = [];

/** Has links written to the log, except in production, where nobody clicks on a line. */
export function showLinks(all: readonly TraceLink[], env: NodeJS.ProcessEnv): void {
  links = env.NODE_ENV === 'production' ? [] : all;
}

/**
 * The links for the log line of a request: once per trace, in the service where it begins, and for traces only that
 * are kept.
 */
export function linksFor(span: Span | undefined): { trace_links: string[] } | undefined {
  if (links.length === 0 || !span) return undefined;
  const { traceId, traceFlags } = span.spanContext();
  const { parentSpanContext } = span as { parentSpanContext?: unknown };
  if (parentSpanContext || !(traceFlags & TraceFlags.SAMPLED)) return undefined;
  const urls = traceUrls(links, traceId);
  return urls.length > 0 ? { trace_links: urls } : undefined;
}
