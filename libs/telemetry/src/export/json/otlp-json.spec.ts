import { describe, expect, it } from '@jest/globals';
import { type AttributeValue, SpanStatusCode, TraceFlags, createTraceState } from '@opentelemetry/api';
import { JsonTraceSerializer } from '@opentelemetry/otlp-transformer';
import { resourceFromAttributes } from '@opentelemetry/resources';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { type EncodedSpan, encodeSpan } from './encode-span.js';
import { asJson, createOtlpJsonExporter } from './exporter.js';
import { OtlpJsonSerializer } from './serializer.js';

const resource = resourceFromAttributes({ 'service.name': 'tëst', 'process.pid': 1, list: ['a', 'b'] });
const scope = { name: 'scope', version: '1.2.3' };
const ids = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', traceFlags: TraceFlags.SAMPLED };

function span(changes: Partial<ReadableSpan> & { context?: object } = {}): ReadableSpan {
  const { context, ...rest } = changes;
  return {
    ...{ name: 'work', kind: 0, status: { code: SpanStatusCode.UNSET }, attributes: {}, events: [], links: [] },
    ...{ startTime: [1_795_746_863, 7], endTime: [1_795_746_864, 226_118_000], duration: [0, 1], ended: true },
    ...{ droppedAttributesCount: 0, droppedEventsCount: 0, droppedLinksCount: 0 },
    ...{ resource, instrumentationScope: scope, parentSpanContext: undefined },
    spanContext: () => ({ ...ids, ...context }),
    ...rest,
  };
}

const parsed = (body: Uint8Array | undefined) => JSON.parse(Buffer.from(body!).toString()) as object;
function expectSame(spans: ReadableSpan[]): void {
  const ours = parsed(new OtlpJsonSerializer().serializeRequest(spans.map(encodeSpan)));
  expect(ours).toEqual(parsed(JsonTraceSerializer.serializeRequest(spans)));
}
interface Sent {
  resourceSpans: { scopeSpans: { spans: { attributes: { key: string; value: object }[] }[] }[] }[];
}
const odd = (value: unknown) => value;

const parent = { ...ids, spanId: '00f067aa0ba902b7' };
const CASES: Record<string, ReadableSpan> = {
  'nothing in it': span(),
  'a parent': span({ parentSpanContext: parent }),
  'a remote parent': span({ parentSpanContext: { ...parent, isRemote: true }, kind: 1 }),
  'a trace state': span({ context: { traceState: createTraceState('ot=th:8,v="1') }, parentSpanContext: parent }),
  'a name that needs escapes': span({ name: 'a "quoted" \\ näme\n' }),
  'a status with a message': span({ status: { code: SpanStatusCode.ERROR, message: 'no "way"' } }),
  'attributes of every type': span({
    attributes: {
      ...{ text: 'x', empty: '', yes: true, no: false, int: 1, zero: 0, minus: -5, large: 2 ** 53 },
      ...{ below: 999_999_999, billion: 1e9, half: 0.5, 'ke"y': 1, schlüssel: 'wört' },
      ...{ texts: ['a', 'b'], numbers: [1, 0.5], gaps: odd([null, 'a']), none: undefined, nothing: odd(null) },
      ...{ nested: odd({ a: { b: [1] } }), bytes: odd(new Uint8Array([1, 2])), big: odd(1n) },
      ...{
        emoji: '🙂',
        lone: '\ud800',
        control: '\u0000\u001f\u007f',
        long: 'x'.repeat(5_000),
        quote: '"'.repeat(200),
      },
    },
  }),
  'a text longer than what is written at a time': span({
    attributes: { first: 'y', text: 'ß'.repeat(200_000), last: 'z' },
  }),
  'events and links': span({
    events: [
      { name: 'ev"ent', time: [1_795_746_863, 5], attributes: { a: 1 }, droppedAttributesCount: 2 },
      { name: 'bare', time: [1_795_746_863, 6] },
    ],
    links: [
      { context: { ...parent, isRemote: true, traceState: createTraceState('v=1') }, attributes: { a: 'b' } },
      { context: parent, droppedAttributesCount: 1 },
    ],
    ...{ droppedAttributesCount: 1, droppedEventsCount: 2, droppedLinksCount: 3 },
  }),
  'times with odd parts': span({ startTime: [1_795_746_863.9, 999_999_999.9], endTime: [-1, 1.5] }),
  'the first second': span({ startTime: [0, 5], endTime: [0, 0] }),
};

it('numbers that JSON or a 64-bit integer cannot hold are written as proto3 wants them', () => {
  const attributes = { huge: 1e300, nan: NaN, up: Infinity, down: -Infinity, list: [NaN, 1e20], beyond: 2 ** 63 };
  const { resourceSpans } = parsed(
    new OtlpJsonSerializer().serializeRequest([encodeSpan(span({ attributes }))]),
  ) as Sent;
  const sent = resourceSpans[0]!.scopeSpans[0]!.spans[0]!.attributes;
  expect(Object.fromEntries(sent.map(({ key, value }) => [key, value]))).toEqual({
    huge: { doubleValue: 1e300 },
    nan: { doubleValue: 'NaN' },
    up: { doubleValue: 'Infinity' },
    down: { doubleValue: '-Infinity' },
    list: { arrayValue: { values: [{ doubleValue: 'NaN' }, { doubleValue: 1e20 }] } },
    beyond: { doubleValue: 2 ** 63 },
  });
});

describe('a span is written as the stock serializer writes it, with', () => {
  it.each(Object.entries(CASES))('%s', (_name, one) => expectSame([one]));

  it('any names, texts and numbers, over and over', () => {
    let seed = 42;
    const below = (limit: number) => (seed = (seed * 48_271) % 0x7fffffff) % limit;
    const CHARACTERS = [...'abc/:.-0"\\\n\u0000\u007fäß€🙂', '\ud800', '\udfff'];
    const text = (length: number) => Array.from({ length: below(length) }, () => CHARACTERS[below(CHARACTERS.length)]).join(''); // prettier-ignore
    const value = (): AttributeValue =>
      [text(100), below(2 ** 31) - 2 ** 30, below(1e9) / 7, below(2) === 1, [text(5), text(5)]][below(5)]!;
    const attributes = () => Object.fromEntries(Array.from({ length: below(12) }, () => [text(4), value()]));
    for (let i = 0; i < 2_000; i++) {
      expectSame([span({ name: text(20), attributes: attributes(), startTime: [below(2 ** 31), below(1e9)] })]);
    }
  });

  it('attributes that are like those of the span before, or nearly', () => {
    let seed = 7;
    const below = (limit: number) => (seed = (seed * 48_271) % 0x7fffffff) % limit;
    const list = ['a'];
    const VALUES: AttributeValue[] = ['1', 1, true, 'true', 0, -0, 0.5, '', 'ä', list, 'x'.repeat(3_000)];
    const KEYS = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
    const usual = Object.fromEntries(KEYS.map((key, i) => [key, VALUES[i]!]));
    for (let i = 0; i < 3_000; i++) {
      // Another usual one now and then, so that patterns have to change.
      if (i % 100 === 0) for (const key of KEYS) usual[key] = VALUES[below(VALUES.length)]!;
      list[0] = String(i);
      const attributes: Record<string, AttributeValue> = {};
      for (const key of KEYS) {
        if (below(20) === 0) continue;
        if (below(20) === 0) attributes[`${key}2`] = 'inserted';
        attributes[key] = below(10) === 0 ? VALUES[below(VALUES.length)]! : usual[key]!;
      }
      expectSame([span({ name: `name ${below(2)}`, kind: below(2), attributes })]);
    }
  });

  it('all but attributes like those of the span before, or not', () => {
    let seed = 11;
    const below = (limit: number) => (seed = (seed * 48_271) % 0x7fffffff) % limit;
    const one = <Value>(...values: Value[]) => (below(3) === 0 ? values[below(values.length)]! : values[0]!);
    const digits = (length: number) => Array.from({ length }, () => below(16).toString(16)).join('');
    const state = createTraceState('v=1');
    for (let i = 0; i < 3_000; i++) {
      const isRemote = one(true, false, undefined);
      const traceState = one(i % 2 ? state : undefined, state, undefined, createTraceState('w=1'));
      expectSame([
        span({
          name: `name ${i % 2}`,
          context: { traceId: digits(32), spanId: digits(one(16, 15)), traceFlags: one(1, 0, 3), traceState },
          parentSpanContext: one({ ...ids, spanId: digits(one(16, 2)), isRemote }, undefined, { ...ids, spanId: '' }),
          status: one({ code: 0 }, { code: 1 }, { code: 2 }, { code: 2, message: 'no' }),
          startTime: one([1_795_746_863 + below(1e8), below(1e9)], [1_999_999_999.5, 0.5], [2e9, 999_999_999], [5, 5]),
          endTime: one([1_795_746_863 + below(1e8), below(1e9)], [9_999_999_999, 1], [1e10, 1], [1e9, 1e9]),
          droppedAttributesCount: one(0, 1),
          events: one([], [{ name: 'event', time: [1_795_746_863, 5] }]),
          attributes: one({ a: 'a', b: 1 }, { a: 'b', b: 1 }, { a: 'a', b: 2 }, {}),
        }),
      ]);
    }
  });

  it('more values of a key, more keys and more names than are remembered', () => {
    expectSame(
      Array.from({ length: 1_500 }, (_, i) => span({ name: `work ${i}`, attributes: { id: `id ${i}`, same: 'same', [`key ${i}`]: i } })), // prettier-ignore
    );
  });
});

it('groups spans by resource and scope', () => {
  const other = resourceFromAttributes({ 'service.name': 'other' }, { schemaUrl: 'https://schema/1' });
  expectSame([
    span({ name: '1' }),
    span({ name: '2', instrumentationScope: { name: 'scope 2', schemaUrl: 'https://schema/2' } }),
    span({ name: '3', resource: other }),
    span({ name: '4' }),
  ]);
  expectSame([]);
});

it('what has been written stays as it is, however much is written after it', () => {
  const spans = Array.from({ length: 3_000 }, (_, i) => span({ name: `work ${i}`, attributes: { i, text: 'x'.repeat(i % 700) } })); // prettier-ignore
  const encoded = spans.map(encodeSpan);
  const names = encoded.map(({ chunk, start, end }) => {
    const { name, attributes } = JSON.parse(chunk.bytes.subarray(start, end).toString()) as { name: string; attributes: object[] }; // prettier-ignore
    return `${name}: ${attributes.length}`;
  });
  expect(names).toEqual(spans.map(({ name }) => `${name}: 2`));
});

it('a span that cannot be written leaves nothing behind in the next', () => {
  const broken = span({ name: 'broken' });
  Object.defineProperty(broken, 'attributes', { get: () => { throw new Error('no'); } }); // prettier-ignore
  expect(() => encodeSpan(broken)).toThrow('no');
  expectSame([span({ name: 'after' })]);
});

describe('memory', () => {
  const batchOf = (from: number) => Array.from({ length: 300 }, (_, i) => span({ name: 'work', attributes: { i: from + i, text: 'x'.repeat((from + i) % 700) } })); // prettier-ignore

  it('is used again for what has been delivered, and for nothing that waits', () => {
    const serializer = new OtlpJsonSerializer();
    const form = asJson(serializer);
    const memory = new Set<unknown>();
    const waiting: { spans: ReadableSpan[]; kept: EncodedSpan[] }[] = [];
    let sent = 0;
    for (let round = 0; round < 60; round++) {
      const spans = batchOf(round * 300);
      const kept = spans.map(form.keep);
      for (const { chunk } of kept) memory.add(chunk);
      waiting.push({ spans, kept });
      // One batch in three is kept for later, as if it had not been taken.
      if (round % 3 === 0) continue;
      const next = round % 3 === 1 ? waiting.pop()! : waiting.shift()!;
      expect(parsed(serializer.serializeRequest(next.kept))).toEqual(parsed(JsonTraceSerializer.serializeRequest(next.spans))); // prettier-ignore
      form.delivered!(next.kept);
      sent++;
    }
    expect(sent).toBe(40);
    // 211 without, 86 with.
    expect(memory.size).toBeLessThan(150);
  });

  it('of a request is not written over before it has been delivered', () => {
    const serializer = new OtlpJsonSerializer();
    const form = asJson(serializer);
    const first = batchOf(0).map(form.keep);
    const refused = serializer.serializeRequest(first);
    const before = Buffer.from(refused);
    const second = batchOf(300).map(form.keep);
    const taken = serializer.serializeRequest(second);
    expect(before.equals(refused)).toBe(true);
    form.delivered!(second);
    expect(serializer.serializeRequest(first).buffer).toBe(taken.buffer);
    expect(before.equals(refused)).toBe(true);
  });
});

describe('the exporter', () => {
  it('is the stock one with our serializer', () => {
    const { exporter, keep } = createOtlpJsonExporter();
    expect((exporter as unknown as { _delegate: { _serializer: unknown } })._delegate._serializer).toBeInstanceOf(
      OtlpJsonSerializer,
    );
    expect(keep(span())).toMatchObject({ resource, scope });
  });

  it('is left alone, and gets spans, when it is another one inside', () => {
    const other = { export: () => {}, shutdown: () => Promise.resolve() };
    const { exporter, keep } = createOtlpJsonExporter(other);
    const one = span();
    expect(exporter).toBe(other);
    expect(keep(one)).toBe(one);
  });
});
