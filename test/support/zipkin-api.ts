import { expect } from '@jest/globals';
import { VendorStandIn } from './vendor-stand-in.js';

interface Span {
  traceId: string;
  id: string;
  localEndpoint: { serviceName: string };
}

/** Zipkin's API: takes spans, and gives back those of a trace, or 404. */
export class ZipkinApi extends VendorStandIn {
  private readonly spans: Span[] = [];

  constructor() {
    super(({ method, path, body }) => {
      const [, traceId] = /^\/api\/v2\/trace\/(\w+)$/.exec(path) ?? [];
      if (traceId) {
        const found = this.spans.filter((span) => span.traceId === traceId);
        return found.length > 0 ? { body: found } : { status: 404 };
      }
      expect([method, path]).toEqual(['POST', '/api/v2/spans']);
      this.spans.push(...(JSON.parse(body.toString()) as Span[]));
      return { status: 202 };
    });
  }

  get env(): Record<string, string> {
    return { OTEL_EXPORTER_ZIPKIN_ENDPOINT: `${this.url}/api/v2/spans` };
  }
}
