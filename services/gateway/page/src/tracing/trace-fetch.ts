import { currentInteraction, type Interaction, startInteraction } from './interaction.js';
import { networkAttributes, serverMs } from './network.js';
import { PAGE_HEADER, pageToken } from './session.js';
import type { Span } from './span.js';
import { urlTemplate } from './url-template.js';

/**
 * Gives every request to our own origin a client span and a traceparent, following the HTTP conventions:
 * https://opentelemetry.io/docs/specs/semconv/http/http-spans/#http-client-span
 */
export function traceFetch(): void {
  const original = window.fetch.bind(window);
  window.fetch = async (input, init) => {
    const request = new Request(input, init);
    const url = new URL(request.url);
    if (url.origin !== location.origin) return original(request);
    const interaction = currentInteraction() ?? startInteraction('background', {});
    const template = urlTemplate(url.pathname);
    const span = interaction.begin(`${request.method} ${template}`, {
      'http.request.method': request.method,
      'url.full': url.href,
      'url.template': template,
      'server.address': url.hostname,
      'server.port': Number(url.port) || (url.protocol === 'https:' ? 443 : 80),
    });
    request.headers.set('traceparent', `00-${span.traceId}-${span.spanId}-01`);
    request.headers.set(PAGE_HEADER, pageToken());
    try {
      const response = await original(request);
      readResponse(response, span, interaction);
      // The body may still be on its way: reading a copy tells when it has come.
      void response
        .clone()
        .arrayBuffer()
        .catch(() => undefined)
        .then(() => finish(interaction, span, url.href));
      return response;
    } catch (error) {
      // Nobody wants the answer any more: that is no failure.
      if (request.signal.aborted) span.attributes['cruddur.request.cancelled'] = true;
      else span.recordException(error);
      finish(interaction, span, url.href);
      throw error;
    }
  };
}

/** `traceresponse` tells whether the gateway keeps the trace: https://www.w3.org/TR/trace-context-2/#traceresponse-header */
function readResponse({ status, headers }: Response, span: Span, interaction: Interaction): void {
  span.attributes['http.response.status_code'] = status;
  if (status >= 400) span.fail(String(status));
  const [, traceId, , flags] = headers.get('traceresponse')?.split('-') ?? [];
  // Another id: the gateway has not continued this trace, and its own says nothing about it.
  if (traceId === span.traceId && flags === '00') interaction.leaveOut();
  if (traceId !== undefined && traceId !== span.traceId) span.attributes['cruddur.gateway.trace_id'] = traceId;
}

function finish(interaction: Interaction, span: Span, url: string): void {
  const end = performance.now();
  // The browser makes the entry in a task of its own, soon after the last byte.
  setTimeout(() => {
    const entry = performance
      .getEntriesByName(url, 'resource')
      .findLast(({ startTime }) => startTime >= span.start - 1) as PerformanceResourceTiming | undefined;
    if (entry) Object.assign(span.attributes, networkAttributes(entry));
    interaction.end(span, end, { requestMs: end - span.start, serverMs: entry && serverMs(entry) });
  });
}
