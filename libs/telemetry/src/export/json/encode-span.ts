import type { Attributes, HrTime, Link, SpanKind } from '@opentelemetry/api';
import type { InstrumentationScope } from '@opentelemetry/core';
import type { Resource } from '@opentelemetry/resources';
import type { ReadableSpan, TimedEvent } from '@opentelemetry/sdk-trace';
import { type Fragment, JsonBytes, fragment } from './json-bytes.js';

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
    readonly chunk: Uint8Array,
    readonly start: number,
    readonly end: number,
  ) {}
}

const HAS_IS_REMOTE = 0x100;
const IS_REMOTE = 0x200;
const BRACE = 125;
const COMMA = 44;

const TRACE_ID = fragment('{"traceId":"');
const SPAN_ID = fragment('","spanId":"');
const PARENT_SPAN_ID = fragment('","parentSpanId":"');
const TRACE_STATE = fragment('","traceState":');
const END = fragment('","endTimeUnixNano":"');
const ATTRIBUTES = fragment('","attributes":[');
const NOTHING_ELSE = fragment(
  '],"droppedAttributesCount":0,"events":[],"droppedEventsCount":0,"links":[],"droppedLinksCount":0,"status":{"code":',
);
const DROPPED_ATTRIBUTES = fragment('],"droppedAttributesCount":');
const EVENTS = fragment(',"events":');
const DROPPED_EVENTS = fragment(',"droppedEventsCount":');
const LINKS = fragment(',"links":');
const DROPPED_LINKS = fragment(',"droppedLinksCount":');
const STATUS = fragment(',"status":{"code":');
const MESSAGE = fragment(',"message":');
const FLAGS = fragment('},"flags":');
const QUOTED = fragment('"');
const CLOSED = fragment('}}');

const out = new JsonBytes();

/**
 * A span in the JSON encoding of OTLP (https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding), as
 * `JsonTraceSerializer` of @opentelemetry/otlp-transformer writes it. Most attributes are what they were in an earlier span of
 * the same name, and are copied from there.
 */
export function encodeSpan(span: ReadableSpan): EncodedSpan {
  const { parentSpanContext: parent, status, events, links } = span;
  const { traceId, spanId, traceFlags, traceState } = span.spanContext();
  out.discard();
  out.put(TRACE_ID);
  out.plain(traceId);
  out.put(SPAN_ID);
  out.plain(spanId);
  if (parent?.spanId) {
    out.put(PARENT_SPAN_ID);
    out.plain(parent.spanId);
  }
  if (traceState) {
    out.put(TRACE_STATE);
    out.string(traceState.serialize());
  } else out.put(QUOTED);
  const known = knownName(span);
  out.put(known.beginning);
  putTime(span.startTime);
  out.put(END);
  putTime(span.endTime);
  out.put(ATTRIBUTES);
  known.putAttributes(span.attributes);
  if (
    span.droppedAttributesCount + span.droppedEventsCount + span.droppedLinksCount + events.length + links.length ===
    0
  ) {
    out.put(NOTHING_ELSE);
  } else putEventsAndLinks(span);
  out.number(status.code);
  if (status.message !== undefined) {
    out.put(MESSAGE);
    out.string(status.message);
  }
  out.put(FLAGS);
  out.number(flagsOf(traceFlags, parent?.isRemote));
  out.byte(BRACE);
  const { chunk, start, end } = out.take();
  return new EncodedSpan(span.resource, span.instrumentationScope, chunk, start, end);
}

/** Rare enough to be left to `JSON.stringify`. */
function putEventsAndLinks(span: ReadableSpan): void {
  out.put(DROPPED_ATTRIBUTES);
  out.number(span.droppedAttributesCount);
  out.put(EVENTS);
  out.json(span.events.map(toEvent));
  out.put(DROPPED_EVENTS);
  out.number(span.droppedEventsCount);
  out.put(LINKS);
  out.json(span.links.map(toLink));
  out.put(DROPPED_LINKS);
  out.number(span.droppedLinksCount);
  out.put(STATUS);
}

function toEvent({ name, time, attributes = {}, droppedAttributesCount = 0 }: TimedEvent): object {
  return { attributes: toKeyValues(attributes), name, timeUnixNano: nanosecondsOf(time), droppedAttributesCount };
}

function toLink({ context, attributes = {}, droppedAttributesCount = 0 }: Link): object {
  const { traceId, spanId, traceState, traceFlags, isRemote } = context;
  return {
    attributes: toKeyValues(attributes),
    spanId,
    traceId,
    traceState: traceState?.serialize(),
    droppedAttributesCount,
    flags: flagsOf(traceFlags, isRemote),
  };
}

function flagsOf(traceFlags: number, isRemote: boolean | undefined): number {
  return (traceFlags & 0xff) | HAS_IS_REMOTE | (isRemote ? IS_REMOTE : 0);
}

let second = NaN;
let secondDigits = fragment('');

/** Nanoseconds since the epoch. Nearly all spans begin and end within the second of the one before. */
function putTime(time: HrTime): void {
  const [seconds, nanoseconds] = time;
  if (!(nanoseconds >= 0 && nanoseconds < 1e9 && seconds > 0)) {
    out.plain(nanosecondsOf(time));
    return;
  }
  if (seconds !== second) {
    second = seconds;
    secondDigits = fragment(String(Math.trunc(seconds)));
  }
  out.put(secondDigits);
  out.digits(nanoseconds, 9);
}

function nanosecondsOf([seconds, nanoseconds]: HrTime): string {
  if (!Number.isFinite(seconds + nanoseconds)) return '0';
  return String(BigInt(Math.trunc(seconds)) * 1_000_000_000n + BigInt(Math.trunc(nanoseconds)));
}

/** What is kept of what was written; names and keys come from code, and should one ever not, this stays small. */
const MAX_NAMES = 500;
const MAX_KEYS = 500;
const MAX_PATTERN_BYTES = 2_048;
/** Spans that are not like the pattern before it is replaced. */
const STRANGERS = 16;

/** What spans of one name and kind have in common: how they begin, and a pattern of their attributes. */
class KnownName {
  /** From the name to the start time. */
  readonly beginning: Fragment;
  private keys: string[] = [];
  private values: unknown[] = [];
  /** Where each attribute ends in `bytes`, in which a comma precedes all but the first. */
  private ends: number[] = [];
  private bytes: Fragment = fragment('');
  private strangers = STRANGERS - 1;

  constructor(name: string, kind: number) {
    this.beginning = fragment(`,"name":${JSON.stringify(name)},"kind":${kind + 1},"startTimeUnixNano":"`);
  }

  /** What is as it was, and that is most of it, is copied together with its neighbours. */
  putAttributes(attributes: Attributes): void {
    if (this.strangers >= STRANGERS) {
      this.learn(attributes);
      return;
    }
    const { keys, values } = this;
    let at = 0;
    let copied = 0;
    let written = 0;
    for (const key in attributes) {
      const value = attributes[key];
      if (keys[at] !== key || values[at] !== value) {
        this.copy(copied, at);
        if (at > 0) out.byte(COMMA);
        putAttribute(key, value);
        copied = at + 1;
        written++;
      }
      at++;
    }
    this.copy(copied, at);
    if (written * 2 > at) this.strangers++;
  }

  private copy(from: number, to: number): void {
    if (from < to) out.part(this.bytes, from === 0 ? 0 : this.ends[from - 1]!, this.ends[to - 1]!);
  }

  private learn(attributes: Attributes): void {
    const { position } = out;
    const keys: string[] = [];
    const values: unknown[] = [];
    const ends: number[] = [];
    for (const key in attributes) {
      const value = attributes[key];
      if (keys.length > 0) out.byte(COMMA);
      putAttribute(key, value);
      keys.push(key);
      // A list may be the same and hold something else by then.
      values.push(typeof value === 'object' ? NaN : value);
      ends.push(out.position - position);
    }
    this.strangers = 0;
    if (out.position - position > MAX_PATTERN_BYTES) return;
    this.keys = keys;
    this.values = values;
    this.ends = ends;
    this.bytes = out.since(position);
  }
}

/** By kind: the span of a call is often named as the one that it leads to. */
const names = new Map<SpanKind, Map<string, KnownName>>();

function knownName({ name, kind }: ReadableSpan): KnownName {
  let ofKind = names.get(kind);
  if (!ofKind) names.set(kind, (ofKind = new Map<string, KnownName>()));
  let known = ofKind.get(name);
  if (!known) {
    if (ofKind.size >= MAX_NAMES) ofKind.clear();
    ofKind.set(name, (known = new KnownName(name, kind)));
  }
  return known;
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

function putAttribute(key: string, value: unknown): void {
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
