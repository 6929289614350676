import type { Attributes } from './otlp.js';

const between = (from: number, to: number) =>
  from > 0 && to >= from ? Math.round((to - from) * 1_000) / 1_000 : undefined;

/** Where the time of a request went, as far as the browser tells: https://www.w3.org/TR/resource-timing/ */
export function networkAttributes(entry: PerformanceResourceTiming): Attributes {
  const server = serverMs(entry);
  const waited = between(entry.requestStart, entry.responseStart);
  return {
    'network.protocol.name': entry.nextHopProtocol ? 'http' : undefined,
    'network.protocol.version': protocolVersion(entry.nextHopProtocol),
    'http.response.body.size': entry.encodedBodySize || undefined,
    'cruddur.network.queued_ms': between(entry.startTime, entry.domainLookupStart || entry.requestStart),
    'cruddur.network.dns_ms': between(entry.domainLookupStart, entry.domainLookupEnd),
    'cruddur.network.connect_ms': between(entry.connectStart, entry.connectEnd),
    'cruddur.network.tls_ms': between(entry.secureConnectionStart, entry.connectEnd),
    'cruddur.network.request_ms': waited,
    'cruddur.network.response_ms': between(entry.responseStart, entry.responseEnd),
    'cruddur.network.from_cache': entry.transferSize === 0 && entry.decodedBodySize > 0 ? true : undefined,
    'cruddur.server_ms': server,
    // What the server did not use of the wait was spent on the way there and back.
    'cruddur.network.transit_ms':
      server !== undefined && waited !== undefined
        ? Math.max(0, Math.round((waited - server) * 1_000) / 1_000)
        : undefined,
  };
}

/** The gateway's own measure, from its Server-Timing header. */
export function serverMs({ serverTiming }: PerformanceResourceTiming): number | undefined {
  return serverTiming.find(({ name }) => name === 'gateway')?.duration;
}

function protocolVersion(protocol: string): string | undefined {
  return { 'http/1.0': '1.0', 'http/1.1': '1.1', h2: '2', h3: '3' }[protocol];
}
