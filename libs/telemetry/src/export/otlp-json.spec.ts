import { describe, expect, it } from '@jest/globals';
import {
  type Attributes,
  type AnyValue,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  createTraceState,
} from '@opentelemetry/api';
import { JsonTraceSerializer } from '@opentelemetry/otlp-transformer';
import { type Resource, resourceFromAttributes } from '@opentelemetry/resources';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { createOtlpJsonExporter } from './otlp-json-exporter.js';
import { OtlpJsonSerializer } from './otlp-json.js';

const text = (serializer: typeof JsonTraceSerializer, spans: ReadableSpan[]) =>
  new TextDecoder().decode(serializer.serializeRequest(spans));
const parsed = (serializer: typeof JsonTraceSerializer, spans: ReadableSpan[]) =>
  JSON.parse(text(serializer, spans)) as { resourceSpans: { scopeSpans: { spans: { attributes: unknown[] }[] }[] }[] };

const RESOURCE = resourceFromAttributes({ 'service.name': 'gateway', 'a "quoted"': 'name\n' });
const SCOPE = { name: '@cruddur/telemetry/http-server', version: '0.1.0' };
const OTHER_SCOPE = { name: 'other', schemaUrl: 'https://example.org/"schema"' };
const TRACE_ID = '6611f8664e2ff98a0f25944e84b5558b';

function spanWith(given: Partial<ReadableSpan>): ReadableSpan {
  return {
    name: 'GET /api/activities/home',
    kind: SpanKind.SERVER,
    spanContext: () => ({ traceId: TRACE_ID, spanId: 'b861d008ed0d7f3a', traceFlags: TraceFlags.SAMPLED }),
    startTime: [1_700_000_000, 1],
    endTime: [1_700_000_000, 123_456_789],
    status: { code: SpanStatusCode.UNSET },
    attributes: {},
    links: [],
    events: [],
    duration: [0, 123_456_788],
    ended: true,
    resource: RESOURCE,
    instrumentationScope: SCOPE,
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
    ...given,
  };
}
const withAttribute = (value: AnyValue) => spanWith({ attributes: { value } });

/** The same numbers in every run. */
function random(seed: number): () => number {
  return () => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
}

function randomSpan(next: () => number, resources: Resource[]): ReadableSpan {
  const pick = <T>(items: readonly T[]): T => items[Math.floor(next() * items.length)]!;
  const hex = (digits: number) => Array.from({ length: digits }, () => pick([...'0123456789abcdef'])).join('');
  const word = () =>
    pick(['', 'plain', 'käse', '"', '\\', '\n\t\u0000', '日本語', '👩‍🍳', '\ud800', '</script>', '\u2028']);
  const value = (depth = 0): AnyValue => {
    const makers: (() => AnyValue)[] = [
      word,
      () => Math.floor(next() * 1e9) - 5e8,
      () => next() * 1e-7,
      () => next() < 0.5,
      () => new Uint8Array([0, 255, Math.floor(next() * 256)]),
      () => null,
      () => -0,
      () => (depth > 2 ? word() : [value(depth + 1), word()]),
      () => (depth > 2 ? word() : { [word() || 'key']: value(depth + 1) }),
    ];
    return pick(makers)();
  };
  const attributes = (): Attributes =>
    Object.fromEntries(Array.from({ length: Math.floor(next() * 6) }, (_, n) => [`${word()}.${n}`, value()]));
  const context = () => ({
    traceId: hex(32),
    spanId: hex(16),
    traceFlags: Math.floor(next() * 256),
    isRemote: pick([undefined, true, false]),
    traceState: pick([undefined, createTraceState('vendor=1,other="x"')]),
  });
  const own = context();
  const time = (): [number, number] => [pick([0, 1_700_000_000]), Math.floor(next() * 1e9)];
  return spanWith({
    name: word(),
    kind: pick([SpanKind.INTERNAL, SpanKind.SERVER, SpanKind.CLIENT, SpanKind.PRODUCER, SpanKind.CONSUMER]),
    spanContext: () => own,
    parentSpanContext: pick([undefined, context()]),
    startTime: time(),
    endTime: time(),
    status: { code: pick([0, 1, 2]), message: pick([undefined, word()]) },
    attributes: attributes(),
    events: Array.from({ length: Math.floor(next() * 3) }, () => ({ name: word(), time: time(), attributes: pick([undefined, attributes()]), droppedAttributesCount: pick([undefined, 2]) })), // prettier-ignore
    links: Array.from({ length: Math.floor(next() * 3) }, () => ({ context: context(), attributes: pick([undefined, attributes()]), droppedAttributesCount: pick([undefined, 3]) })), // prettier-ignore
    resource: pick(resources),
    instrumentationScope: pick([SCOPE, OTHER_SCOPE]),
    droppedAttributesCount: Math.floor(next() * 2),
    droppedEventsCount: Math.floor(next() * 2),
    droppedLinksCount: Math.floor(next() * 2),
  });
}

describe('OtlpJsonSerializer', () => {
  it('writes what the stock serializer writes, for spans of every shape', () => {
    const next = random(20_261_126);
    const resources = [RESOURCE, resourceFromAttributes({}, { schemaUrl: 'https://opentelemetry.io/schemas/1.37.0' })];
    for (let batch = 0; batch < 200; batch++) {
      const spans = Array.from({ length: batch % 7 }, () => randomSpan(next, resources));
      expect(parsed(OtlpJsonSerializer, spans)).toEqual(parsed(JsonTraceSerializer, spans));
    }
  });

  it.each([
    ['NaN', NaN, '{"doubleValue":"NaN"}'],
    ['infinity', -Infinity, '{"doubleValue":"-Infinity"}'],
    ['a whole number beyond an int64', 1e300, '{"doubleValue":1e+300}'],
  ])("writes %s as protobuf's JSON mapping has it", (_name, value, json) => {
    expect(text(OtlpJsonSerializer, [withAttribute(value)])).toContain(`{"key":"value","value":${json}}`);
  });

  it('reads an answer with a partial success', () => {
    const answer = new TextEncoder().encode('{"partialSuccess":{"rejectedSpans":3}}');
    expect(OtlpJsonSerializer.deserializeResponse(answer)).toEqual({ partialSuccess: { rejectedSpans: 3 } });
  });
});

it('the stock exporter takes this serializer', () => {
  const { _delegate: delegate } = createOtlpJsonExporter() as unknown as { _delegate: { _serializer: unknown } };
  expect(delegate._serializer).toBe(OtlpJsonSerializer);
});
