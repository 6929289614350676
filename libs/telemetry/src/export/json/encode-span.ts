import type { HrTime, Link, SpanContext, SpanStatusCode, TraceState } from '@opentelemetry/api';
import type { InstrumentationScope } from '@opentelemetry/core';
import type { Resource } from '@opentelemetry/resources';
import type { ReadableSpan, TimedEvent } from '@opentelemetry/sdk-trace';
import { type Chunk, type Fragment, JsonBytes, fragment } from './json-bytes.js';

/**
 * A span as a piece of OTLP/JSON: `chunk` from `start` to `end`.
 *
 * A class, since V8 puts literals of a place whose objects wait for long straight into the old generation, where these would
 * keep their chunks until a full collection.
 */
export class EncodedSpan {
  constructor(
    readonly resource: Resource,
    readonly scope: InstrumentationScope,
    readonly chunk: Chunk,
    readonly start: number,
    readonly end: number,
  ) {}
}

const CLOSED = fragment('}}');
const COMMA = 44;

/** What is remembered of a scope; names and keys come from code, and should one ever not, this stays small. */
const MAX_NAMES = 500;
const MAX_KEYS = 500;
const MAX_PATTERN_BYTES = 4_096;
/** Spans that are not like the pattern before it is replaced. */
const STRANGERS = 16;

/**
 * A span in the JSON encoding of OTLP (https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding), with what
 * `JsonTraceSerializer` of @opentelemetry/otlp-transformer writes. Nearly all of it is what it was in an earlier span of
 * the same name, and is copied from there.
 */
export function encodeSpan(span: ReadableSpan): EncodedSpan {
  const { instrumentationScope: scope } = span;
  let spans = byScope.get(scope);
  if (!spans) byScope.set(scope, (spans = new SpansOfScope()));
  return spans.encode(span);
}

/** They stand one behind the other, as a request has them. */
class SpansOfScope {
  private readonly out = new JsonBytes();
  /** By kind, with a parent or without. */
  private readonly patterns: (Map<string, SpanPattern> | undefined)[] = [];

  encode(span: ReadableSpan): EncodedSpan {
    this.out.discard();
    this.patternOf(span).write(span, this.out);
    const { chunk, start, end } = this.out.take();
    return new EncodedSpan(span.resource, span.instrumentationScope, chunk, start, end);
  }

  private patternOf({ name, kind, parentSpanContext }: ReadableSpan): SpanPattern {
    const patterns = (this.patterns[kind * 2 + (parentSpanContext?.spanId ? 1 : 0)] ??= new Map<string, SpanPattern>());
    let pattern = patterns.get(name);
    if (!pattern) {
      if (patterns.size >= MAX_NAMES) patterns.clear();
      patterns.set(name, (pattern = new SpanPattern()));
    }
    return pattern;
  }
}

const byScope = new WeakMap<InstrumentationScope, SpansOfScope>();

/** Where ids stand in a span whose ids have the length that they should. */
const TRACE_ID_AT = '{"traceId":"'.length;
const SPAN_ID_AT = TRACE_ID_AT + 32 + '","spanId":"'.length;
const PARENT_SPAN_ID_AT = SPAN_ID_AT + 16 + '","parentSpanId":"'.length;
/** Times stand before the attributes. */
const END_TIME_BEFORE = 19 + '","attributes":['.length;
const START_TIME_BEFORE = 19 + '","endTimeUnixNano":"'.length + END_TIME_BEFORE;

/** An earlier span, with which others of its name, kind and scope are compared. */
class SpanPattern {
  private bytes: Fragment = fragment('');
  private keys: string[] = [];
  private values: unknown[] = [];
  /** Where its attributes begin, and where each of them ends; a comma precedes all but the first. */
  private bounds = [0];
  private rest: Rest | undefined;
  private strangers = STRANGERS;
  /** Parts of `bytes` that were copied, by where they begin. */
  private readonly parts = new Map<number, Fragment>();

  write(span: ReadableSpan, out: JsonBytes): void {
    if (!isRegular(span)) this.writeAnew(span, out);
    else if (this.strangers >= STRANGERS) this.learn(span, out);
    else this.writeAlike(span, out);
  }

  /** What is as it was is copied together with its neighbours. */
  private writeAlike(span: ReadableSpan, out: JsonBytes): void {
    const { bytes, keys, values, bounds } = this;
    const { attributes } = span;
    const attributesEnd = bounds.at(-1)!;
    let from = 0;
    let at = 0;
    let written = 0;
    for (const key in attributes) {
      const value = attributes[key];
      if (keys[at] !== key || values[at] !== value) {
        this.copy(from, bounds[at] ?? attributesEnd, out);
        if (at > 0) out.byte(COMMA);
        putAttribute(key, value, out);
        from = bounds[at + 1] ?? attributesEnd;
        written++;
      }
      at++;
    }
    if (at < keys.length) {
      this.copy(from, bounds[at]!, out);
      from = attributesEnd;
    }
    if (this.rest && hasRest(span, this.rest)) this.copy(from, bytes.length, out);
    else {
      this.copy(from, attributesEnd, out);
      out.text(restOf(span));
    }
    if (written * 2 > at) this.strangers++;
    const { traceId, spanId } = span.spanContext();
    out.replace(TRACE_ID_AT, traceId);
    out.replace(SPAN_ID_AT, spanId);
    if (span.parentSpanContext?.spanId) out.replace(PARENT_SPAN_ID_AT, span.parentSpanContext.spanId);
    replaceTime(bounds[0]! - START_TIME_BEFORE, span.startTime, out);
    replaceTime(bounds[0]! - END_TIME_BEFORE, span.endTime, out);
  }

  private copy(from: number, to: number, out: JsonBytes): void {
    if (from >= to) return;
    let part = this.parts.get(from);
    if (part?.length !== to - from) this.parts.set(from, (part = this.bytes.subarray(from, to)));
    out.put(part);
  }

  private learn(span: ReadableSpan, out: JsonBytes): void {
    const bounds = this.writeAnew(span, out);
    if (out.position > MAX_PATTERN_BYTES) return;
    this.bytes = out.copy();
    this.keys = Object.keys(span.attributes);
    // A list may be the same and hold something else by then.
    this.values = Object.values(span.attributes).map((value) => (typeof value === 'object' ? NaN : value));
    this.bounds = bounds;
    const { status, parentSpanContext } = span;
    const { traceState } = span.spanContext();
    this.rest = hasMore(span)
      ? undefined
      : { code: status.code, flags: flagsOf(span.spanContext(), parentSpanContext), traceState };
    this.strangers = 0;
    this.parts.clear();
  }

  /** @returns where the attributes begin, and where each of them ends */
  private writeAnew(span: ReadableSpan, out: JsonBytes): number[] {
    const { attributes } = span;
    out.text(headOf(span));
    const bounds = [out.position];
    for (const key of Object.keys(attributes)) {
      if (bounds.length > 1) out.byte(COMMA);
      putAttribute(key, attributes[key], out);
      bounds.push(out.position);
    }
    out.text(restOf(span));
    return bounds;
  }
}

/** Whether ids and times have as many digits as in nearly all spans. */
function isRegular(span: ReadableSpan): boolean {
  const { traceId, spanId } = span.spanContext();
  const parentSpanId = span.parentSpanContext?.spanId;
  return (
    traceId.length === 32 &&
    spanId.length === 16 &&
    (!parentSpanId || parentSpanId.length === 16) &&
    isRegularTime(span.startTime) &&
    isRegularTime(span.endTime)
  );
}

/** From 2001 to 2286 the epoch is a number of seconds with ten digits. */
function isRegularTime(time: HrTime): boolean {
  return time[0] >= 1e9 && time[0] < 1e10 && time[1] >= 0 && time[1] < 1e9;
}

/** By index: taking a pair apart asks its iterator. */
function replaceTime(position: number, time: HrTime, out: JsonBytes): void {
  const billions = Math.trunc(time[0] / 1e9);
  out.replaceDigit(position, billions);
  out.replaceDigits(position + 1, time[0] - billions * 1e9);
  out.replaceDigits(position + 10, time[1]);
}

function headOf(span: ReadableSpan): string {
  const { name, kind, startTime, endTime, parentSpanContext } = span;
  const { traceId, spanId } = span.spanContext();
  const head = {
    traceId,
    spanId,
    parentSpanId: parentSpanContext?.spanId || undefined,
    name,
    kind: kind + 1,
    startTimeUnixNano: nanosecondsOf(startTime),
    endTimeUnixNano: nanosecondsOf(endTime),
  };
  return `${JSON.stringify(head).slice(0, -1)},"attributes":[`;
}

/** What follows the attributes of a span that has neither events, links, losses nor a message. */
interface Rest {
  code: SpanStatusCode;
  flags: number;
  /** The very object: a sampler has one for many traces, and it does not change. */
  traceState: TraceState | undefined;
}

function hasRest(span: ReadableSpan, { code, flags, traceState }: Rest): boolean {
  const spanContext = span.spanContext();
  return (
    span.status.code === code &&
    spanContext.traceState === traceState &&
    flagsOf(spanContext, span.parentSpanContext) === flags &&
    !hasMore(span)
  );
}

function hasMore(span: ReadableSpan): boolean {
  const { droppedAttributesCount, droppedEventsCount, droppedLinksCount, events, links, status } = span;
  const count = droppedAttributesCount + droppedEventsCount + droppedLinksCount + events.length + links.length;
  return count > 0 || status.message !== undefined;
}

function restOf(span: ReadableSpan): string {
  const { status, parentSpanContext } = span;
  const spanContext = span.spanContext();
  const rest = {
    droppedAttributesCount: span.droppedAttributesCount,
    events: span.events.map(toEvent),
    droppedEventsCount: span.droppedEventsCount,
    links: span.links.map(toLink),
    droppedLinksCount: span.droppedLinksCount,
    status: { code: status.code, message: status.message },
    flags: flagsOf(spanContext, parentSpanContext),
    traceState: spanContext.traceState?.serialize(),
  };
  return `],${JSON.stringify(rest).slice(1)}`;
}

function toEvent({ name, time, attributes = {}, droppedAttributesCount = 0 }: TimedEvent): object {
  return { attributes: toKeyValues(attributes), name, timeUnixNano: nanosecondsOf(time), droppedAttributesCount };
}

function toLink({ context, attributes = {}, droppedAttributesCount = 0 }: Link): object {
  const { traceId, spanId, traceState } = context;
  return {
    attributes: toKeyValues(attributes),
    spanId,
    traceId,
    traceState: traceState?.serialize(),
    droppedAttributesCount,
    flags: flagsOf(context, context),
  };
}

const HAS_IS_REMOTE = 0x100;
const IS_REMOTE = 0x200;

/** @param origin of a span its parent, of a link what it leads to */
function flagsOf({ traceFlags }: SpanContext, origin: SpanContext | undefined): number {
  return (traceFlags & 0xff) | HAS_IS_REMOTE | (origin?.isRemote ? IS_REMOTE : 0);
}

function nanosecondsOf([seconds, nanoseconds]: HrTime): string {
  if (!Number.isFinite(seconds + nanoseconds)) return '0';
  return String(BigInt(Math.trunc(seconds)) * 1_000_000_000n + BigInt(Math.trunc(nanoseconds)));
}

const keys = new Map<string, { string: Fragment; integer: Fragment }>();

function keyOf(key: string): { string: Fragment; integer: Fragment } {
  let known = keys.get(key);
  if (!known) {
    if (keys.size >= MAX_KEYS) keys.clear();
    const start = `{"key":${JSON.stringify(key)},"value":{`;
    known = { string: fragment(`${start}"stringValue":`), integer: fragment(`${start}"intValue":`) };
    keys.set(key, known);
  }
  return known;
}

function putAttribute(key: string, value: unknown, out: JsonBytes): void {
  if (typeof value === 'string') {
    out.put(keyOf(key).string);
    out.string(value);
    out.put(CLOSED);
  } else if (typeof value === 'number' && isInt64(value)) {
    out.put(keyOf(key).integer);
    out.number(value);
    out.put(CLOSED);
  } else out.json({ key, value: toAnyValue(value) });
}

function toKeyValues(attributes: object): object[] {
  return Object.entries(attributes).map(([key, value]) => ({ key, value: toAnyValue(value) }));
}

/** A receiver refuses the whole request for one integer that is longer. */
function isInt64(value: number): boolean {
  return Number.isInteger(value) && Math.abs(value) < 2 ** 63;
}

/** https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/common/v1/common.proto */
function toAnyValue(value: unknown): object {
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'number') {
    if (isInt64(value)) return { intValue: value };
    // As proto3's JSON writes what JSON has no number for.
    return { doubleValue: Number.isFinite(value) ? value : String(value) };
  }
  if (typeof value === 'boolean') return { boolValue: value };
  if (value instanceof Uint8Array) return { bytesValue: Buffer.from(value).toString('base64') };
  if (Array.isArray(value)) return { arrayValue: { values: value.map(toAnyValue) } };
  if (typeof value === 'object' && value !== null) return { kvlistValue: { values: toKeyValues(value) } };
  return {};
}

/** What spans have in common, for the request that holds them. */
export function toResource({ attributes, schemaUrl }: Resource): object {
  return { attributes: toKeyValues(attributes), droppedAttributesCount: 0, schemaUrl: schemaUrl || undefined };
}
