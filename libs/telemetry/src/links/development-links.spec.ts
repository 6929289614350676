import { afterEach, describe, expect, it } from '@jest/globals';
import { type Span, TraceFlags } from '@opentelemetry/api';
import { linksFor, showLinks } from './development-links.js';
import type { TraceLink } from './trace-link.js';

const ids = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16) };
const LINKS: TraceLink[] = [
  { name: 'known', url: (id) => `http://traces.example/${id}` },
  { name: 'not known yet', url: () => undefined },
];

function span(traceFlags = TraceFlags.SAMPLED, parentSpanContext?: object): Span {
  return { spanContext: () => ({ ...ids, traceFlags }), parentSpanContext } as unknown as Span;
}

afterEach(() => showLinks([], {}));

describe('linksFor', () => {
  it('has the links that are known', () => {
    showLinks(LINKS, {});
    expect(linksFor(span())).toEqual({ trace_links: [`http://traces.example/${ids.traceId}`] });
  });

  it('has none where the trace does not begin, where it is not kept, and without a span', () => {
    showLinks(LINKS, { NODE_ENV: 'development' });
    expect([linksFor(span(TraceFlags.SAMPLED, ids)), linksFor(span(TraceFlags.NONE)), linksFor(undefined)]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('adds no field as long as no link is known, and none in production', () => {
    showLinks(LINKS.slice(1), {});
    expect(linksFor(span())).toBeUndefined();
    showLinks(LINKS, { NODE_ENV: 'production' });
    expect(linksFor(span())).toBeUndefined();
  });
});
