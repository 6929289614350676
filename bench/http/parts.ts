import { Writable } from 'node:stream';
import { ROOT_CONTEXT, SpanKind, context, propagation, trace } from '@opentelemetry/api';
import { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } from '@opentelemetry/core';
import { JsonTraceSerializer } from '@opentelemetry/otlp-transformer';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { withBaggage } from '../../libs/telemetry/src/baggage/with-baggage.ts';
import { encodeSpan } from '../../libs/telemetry/src/export/json/encode-span.ts';
import { asJson } from '../../libs/telemetry/src/export/json/exporter.ts';
import { OtlpJsonSerializer } from '../../libs/telemetry/src/export/json/serializer.ts';
import { holdLine } from '../../libs/telemetry/src/logging/held-lines.ts';
import { createLogger } from '../../libs/telemetry/src/logging/logger.ts';
import { shutdownTelemetry, startTelemetry } from '../../libs/telemetry/src/start-telemetry.ts';
import { LazySpanOptions } from '../../libs/telemetry/src/tracer/lazy-span-options.ts';
import { EMPTY_CONTEXT } from '../../libs/telemetry/src/tracer/linked-context.ts';

// What the parts of a request's telemetry take, each twice: in a loop, where code and data stay in the processor's
// caches, and after these have been filled with something else, as other code does between two requests. A service is
// somewhere in between.

const REPEATS = 2_000;
const WARM_UP = 20_000;
/** More than the caches that a core has to itself. */
const OTHER_DATA = new Float64Array(2 ** 19);

process.env.OTEL_TRACES_EXPORTER = 'none';
startTelemetry({ serviceName: 'bench' });
const tracer = trace.getTracer('bench');
const logger = createLogger({}, new Writable({ write: (_text, _encoding, done) => done() }));

const serverAttributes = () => ({
  'http.request.method': 'GET',
  'url.path': '/api/activities/home',
  'url.scheme': 'http',
  'network.protocol.version': '1.1',
  'client.address': '127.0.0.1',
  'network.peer.address': '127.0.0.1',
  'network.peer.port': 40_000 + (Date.now() % 16),
  'http.route': '/api/activities/home',
  'server.address': '127.0.0.1',
  'server.port': 3_000,
});
const beginSpan = () => tracer.startSpan('GET /api/activities/home', new LazySpanOptions(SpanKind.SERVER, serverAttributes), EMPTY_CONTEXT); // prettier-ignore
const span = beginSpan();
span.setAttribute('http.response.status_code', 200);
const readable = span as unknown as ReadableSpan;
const together = Array.from({ length: 32 }, () => readable);
const serializer = new OtlpJsonSerializer();
const json = asJson(serializer);
const within = trace.setSpan(EMPTY_CONTEXT, span);
const user = { 'user.id': '5c1f0a52-9b7e-4d0e-8a36-1f2d3c4b5a61' };
const outgoing = context.with(within, () => withBaggage(user, () => context.active()));
const stock = propagation.setBaggage(trace.setSpanContext(ROOT_CONTEXT, { ...span.spanContext() }), propagation.createBaggage({ 'user.id': { value: user['user.id'] } })); // prettier-ignore
const stockPropagator = new CompositePropagator({ propagators: [new W3CTraceContextPropagator(), new W3CBaggagePropagator()] }); // prettier-ignore
const setter = { set: (carrier: Record<string, string>, key: string, value: string) => void (carrier[key] = value) };
const line = { method: 'GET', route: '/api/activities/home', status: 200, duration_ms: 12.345 };

const PARTS: Record<string, () => unknown> = {
  'a span begins': beginSpan,
  'a span is encoded': () => encodeSpan(readable),
  '32 spans are encoded': () => {
    const batch = together.map(encodeSpan);
    serializer.serializeRequest(batch);
    json.delivered?.(batch);
  },
  '  by the stock serializer': () => JsonTraceSerializer.serializeRequest(together),
  'headers for the next service': () => propagation.inject(outgoing, {}, setter),
  '  by the stock propagators': () => stockPropagator.inject(stock, {}, setter),
  'baggage is added': () => context.with(within, () => withBaggage(user, () => undefined)),
  'a context is entered': () => context.with(within, () => undefined),
  'a log line is written': () => logger.info(line, 'request completed'),
  'a log line is held': () => holdLine(() => undefined),
};

function useOtherData(): void {
  for (let i = 0; i < OTHER_DATA.length; i += 8) OTHER_DATA[i]!++;
}

/** Median, in microseconds. */
function time(part: () => unknown, before: () => void): number {
  const times = Array.from({ length: REPEATS }, () => {
    before();
    const began = performance.now();
    part();
    return performance.now() - began;
  });
  return times.toSorted((a, b) => a - b)[REPEATS >> 1]! * 1_000;
}

console.log(`${'us'.padEnd(34)}${'in a loop'.padStart(12)}${'between other work'.padStart(22)}`);
for (const [name, part] of Object.entries(PARTS)) {
  for (let i = 0; i < WARM_UP; i++) part();
  const [warm, cold] = [time(part, () => undefined), time(part, useOtherData)];
  console.log(`${name.padEnd(34)}${warm.toFixed(1).padStart(12)}${cold.toFixed(1).padStart(22)}`);
}
await shutdownTelemetry();
