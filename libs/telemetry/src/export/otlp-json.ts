import type { AnyValue, Attributes, HrTime, Link, SpanContext } from '@opentelemetry/api';
import { JsonTraceSerializer } from '@opentelemetry/otlp-transformer';
import type { Resource } from '@opentelemetry/resources';
import type { ReadableSpan, TimedEvent } from '@opentelemetry/sdk-trace';

type Scope = ReadableSpan['instrumentationScope'];

/**
 * OTLP/JSON of a batch of spans (https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding), written straight
 * into a text. The stock serializer builds an object for every attribute before it stringifies them all, which is
 * the largest single cost of a traced request. What it writes is the same, with two differences: numbers that JSON
 * or an int64 cannot hold are written as protobuf's JSON mapping has it (`"NaN"`, and doubles beyond 2^53).
 */
export const OtlpJsonSerializer: typeof JsonTraceSerializer = {
  serializeRequest: (spans) => encoder.encode(toJson(spans)),
  deserializeResponse: (response) => JsonTraceSerializer.deserializeResponse(response),
};

const encoder = new TextEncoder();

function toJson(spans: readonly ReadableSpan[]): string {
  const resources: string[] = [];
  for (const [resource, scopes] of groupByResource(spans)) {
    const groups: string[] = [];
    for (const [scope, members] of scopes) {
      let text = '';
      for (const span of members) text += (text && ',') + spanJson(span);
      groups.push(`{"scope":${scopeJson(scope)},"spans":[${text}]${schemaUrl(scope.schemaUrl)}}`);
    }
    const url = schemaUrl(resource.schemaUrl);
    const described = `{"attributes":${attributesJson(resource.attributes)},"droppedAttributesCount":0${url}}`;
    resources.push(`{"resource":${described},"scopeSpans":[${groups.join()}]${url}}`);
  }
  return `{"resourceSpans":[${resources.join()}]}`;
}

/** A tracer has one scope object, and a process usually one resource: identity tells them apart. */
function groupByResource(spans: readonly ReadableSpan[]): Map<Resource, Map<Scope, ReadableSpan[]>> {
  const resources = new Map<Resource, Map<Scope, ReadableSpan[]>>();
  for (const span of spans) {
    let scopes = resources.get(span.resource);
    if (!scopes) {
      scopes = new Map<Scope, ReadableSpan[]>();
      resources.set(span.resource, scopes);
    }
    const members = scopes.get(span.instrumentationScope);
    if (members) members.push(span);
    else scopes.set(span.instrumentationScope, [span]);
  }
  return resources;
}

function scopeJson({ name, version, attributes }: Scope & { attributes?: Attributes }): string {
  const more = attributes && Object.keys(attributes).length > 0 ? `,"attributes":${attributesJson(attributes)}` : '';
  return `{"name":${JSON.stringify(name)}${version === undefined ? '' : `,"version":${JSON.stringify(version)}`}${more}}`;
}

function schemaUrl(url: string | undefined): string {
  return url ? `,"schemaUrl":${JSON.stringify(url)}` : '';
}

function spanJson(span: ReadableSpan): string {
  const { parentSpanContext: parent, status, events, links } = span;
  const own = span.spanContext();
  return (
    `{${idsJson(own)}` +
    (parent?.spanId ? `,"parentSpanId":"${parent.spanId}"` : '') +
    `,"name":${JSON.stringify(span.name)},"kind":${span.kind + 1}` +
    `,"startTimeUnixNano":"${nanoseconds(span.startTime)}","endTimeUnixNano":"${nanoseconds(span.endTime)}"` +
    `,"attributes":${attributesJson(span.attributes)},"droppedAttributesCount":${span.droppedAttributesCount}` +
    `,"events":${events.length === 0 ? '[]' : `[${events.map(eventJson).join()}]`}` +
    `,"droppedEventsCount":${span.droppedEventsCount}` +
    `,"status":{"code":${status.code}${status.message === undefined ? '' : `,"message":${JSON.stringify(status.message)}`}}` +
    `,"links":${links.length === 0 ? '[]' : `[${links.map(linkJson).join()}]`}` +
    `,"droppedLinksCount":${span.droppedLinksCount},"flags":${flags(own.traceFlags, parent?.isRemote)}}`
  );
}

function eventJson({ name, time, attributes = {}, droppedAttributesCount = 0 }: TimedEvent): string {
  return (
    `{"attributes":${attributesJson(attributes)},"name":${JSON.stringify(name)}` +
    `,"timeUnixNano":"${nanoseconds(time)}","droppedAttributesCount":${droppedAttributesCount}}`
  );
}

function linkJson({ context, attributes = {}, droppedAttributesCount = 0 }: Link): string {
  return (
    `{"attributes":${attributesJson(attributes)},${idsJson(context)}` +
    `,"droppedAttributesCount":${droppedAttributesCount},"flags":${flags(context.traceFlags, context.isRemote)}}`
  );
}

function idsJson({ traceId, spanId, traceState }: SpanContext): string {
  const state = traceState ? `,"traceState":${JSON.stringify(traceState.serialize())}` : '';
  return `"traceId":"${traceId}","spanId":"${spanId}"${state}`;
}

/** The W3C flags, and the two bits by which OTLP says whether the parent (or link) is in another process. */
function flags(traceFlags: number, isRemote: boolean | undefined): number {
  return (traceFlags & 0xff) | 0x100 | (isRemote ? 0x200 : 0);
}

function nanoseconds([seconds, nanos]: HrTime): string {
  const rest = String(Math.trunc(nanos));
  return seconds === 0 ? rest : `${Math.trunc(seconds)}${rest.padStart(9, '0')}`;
}

function attributesJson(attributes: Attributes): string {
  let text = '';
  for (const key in attributes) text += (text && ',') + keyJson(key) + valueJson(attributes[key]) + '}';
  return `[${text}]`;
}

/** Keys come from code, so there are few. Should that ever be wrong, the cache stays small. */
const keys = new Map<string, string>();

function keyJson(key: string): string {
  let text = keys.get(key);
  if (text === undefined) {
    text = `{"key":${JSON.stringify(key)},"value":`;
    if (keys.size < 2_000) keys.set(key, text);
  }
  return text;
}

function valueJson(value: AnyValue): string {
  if (typeof value === 'string') return `{"stringValue":${JSON.stringify(value)}}`;
  if (typeof value === 'number') return numberJson(value);
  if (typeof value === 'boolean') return `{"boolValue":${value}}`;
  if (value instanceof Uint8Array) return `{"bytesValue":"${Buffer.from(value).toString('base64')}"}`;
  if (Array.isArray(value)) return `{"arrayValue":{"values":[${value.map(valueJson).join()}]}}`;
  if (typeof value !== 'object' || value === null) return '{}';
  return `{"kvlistValue":{"values":${attributesJson(value as Attributes)}}}`;
}

function numberJson(value: number): string {
  if (Number.isSafeInteger(value)) return `{"intValue":${value}}`;
  return Number.isFinite(value) ? `{"doubleValue":${value}}` : `{"doubleValue":"${value}"}`;
}
