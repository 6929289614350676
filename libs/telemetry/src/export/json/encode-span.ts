import type { Attributes, HrTime, Link } from '@opentelemetry/api';
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
const NAME = fragment(',"name":');
const KIND = fragment(',"kind":');
const START = fragment(',"startTimeUnixNano":"');
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

const out = new JsonBytes();

/**
 * A span in the JSON encoding of OTLP (https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding), as
 * `JsonTraceSerializer` of @opentelemetry/otlp-transformer writes it. Attributes are written from what was written for the same
 * key and value before, which is what most of them are.
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
  out.put(NAME);
  out.put(nameOf(span.name));
  out.put(KIND);
  out.number(span.kind + 1);
  out.put(START);
  putTime(span.startTime);
  out.put(END);
  putTime(span.endTime);
  out.put(ATTRIBUTES);
  putAttributes(span.attributes);
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
const MAX_NAMES = 1_000;
const MAX_KEYS = 500;
const MAX_VALUES = 32;
const MAX_VALUE_LENGTH = 64;

const names = new Map<string, Fragment>();

function nameOf(name: string): Fragment {
  let known = names.get(name);
  if (!known) {
    if (names.size >= MAX_NAMES) names.clear();
    known = fragment(JSON.stringify(name));
    names.set(name, known);
  }
  return known;
}

interface KnownKey {
  string: Fragment;
  integer: Fragment;
  /** Whole attributes by their text, as long as there are few: undefined for a key with a new value in every span. */
  texts: Map<string, Fragment> | undefined;
}
const keys = new Map<string, KnownKey>();

function keyOf(key: string): KnownKey {
  let known = keys.get(key);
  if (!known) {
    if (keys.size >= MAX_KEYS) keys.clear();
    const start = `{"key":${JSON.stringify(key)},"value":{`;
    known = { string: fragment(`${start}"stringValue":`), integer: fragment(`${start}"intValue":`), texts: new Map() };
    keys.set(key, known);
  }
  return known;
}

function putAttributes(attributes: Attributes): void {
  let isFirst = true;
  for (const key in attributes) {
    if (isFirst) isFirst = false;
    else out.byte(COMMA);
    putAttribute(key, attributes[key]);
  }
}

function putAttribute(key: string, value: unknown): void {
  if (typeof value === 'string') putText(keyOf(key), value);
  else if (typeof value === 'number' && isInt64(value)) {
    out.put(keyOf(key).integer);
    out.number(value);
    out.byte(BRACE);
    out.byte(BRACE);
  } else out.json({ key, value: toAnyValue(value) });
}

function putText(key: KnownKey, text: string): void {
  const known = key.texts?.get(text);
  if (known) {
    out.put(known);
    return;
  }
  const { position } = out;
  out.put(key.string);
  out.string(text);
  out.byte(BRACE);
  out.byte(BRACE);
  if (!key.texts || text.length > MAX_VALUE_LENGTH) return;
  if (key.texts.size < MAX_VALUES) key.texts.set(text, out.since(position));
  else key.texts = undefined;
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
