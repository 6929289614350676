import {
  type AnyValueJson,
  type AttributeList,
  ExactValue,
  type LogRecord,
  MalformedRequestError,
  newLog,
  newSource,
  newSpan,
  type Source,
  type SpanRecord,
  type Value,
} from './records.js';
import { doubleValue, integerValue, MAX_DEPTH, toAnyValue } from './values.js';

/* The OTLP JSON Protobuf Encoding: hex ids, integer enums, int64 as string or number, unknown members ignored. */

type Json = Record<string, unknown>;

function object(value: unknown, field: string): Json {
  if (value == null) return {};
  if (typeof value !== 'object' || Array.isArray(value)) throw new MalformedRequestError(`${field} must be an object`);
  return value as Json;
}

function list(value: unknown, field: string): Json[] {
  if (value == null) return [];
  if (!Array.isArray(value)) throw new MalformedRequestError(`${field} must be an array`);
  return value.map((item) => object(item, field));
}

function text(value: unknown, field: string): string {
  if (value == null) return '';
  if (typeof value !== 'string') throw new MalformedRequestError(`${field} must be a string`);
  return value;
}

function id(value: unknown, field: string): string {
  const digits = text(value, field).toLowerCase();
  if (!/^([0-9a-f]{2})*$/.test(digits)) throw new MalformedRequestError(`${field} must be hex digits`);
  return digits;
}

function int32(value: unknown, field: string): number {
  if (value == null) return 0;
  if (!Number.isInteger(value)) throw new MalformedRequestError(`${field} must be an integer`);
  return value as number;
}

function int64(value: unknown, field: string): bigint {
  if (value == null || value === '') return 0n;
  if (typeof value === 'bigint') return value;
  if (typeof value === 'string' ? /^-?\d{1,20}$/.test(value) : Number.isInteger(value))
    return BigInt(value as string | number);
  throw new MalformedRequestError(`${field} must be an integer, as a string or a number`);
}

function double(value: unknown): number {
  const number = typeof value === 'string' ? Number(value) : value;
  if (typeof number !== 'number' || (Number.isNaN(number) && value !== 'NaN'))
    throw new MalformedRequestError('doubleValue must be a number');
  return number;
}

function anyValue(raw: unknown, depth: number): Value {
  const value = object(raw, 'value');
  if (depth > MAX_DEPTH) throw new MalformedRequestError(`an attribute value is nested deeper than ${MAX_DEPTH}`);
  if (value['stringValue'] != null) return text(value['stringValue'], 'stringValue');
  if (value['boolValue'] != null) return value['boolValue'] === true;
  if (value['intValue'] != null) return integerValue(BigInt.asIntN(64, int64(value['intValue'], 'intValue')));
  if (value['doubleValue'] != null) return doubleValue(double(value['doubleValue']));
  if (value['bytesValue'] != null) return new ExactValue({ bytesValue: text(value['bytesValue'], 'bytesValue') });
  if (value['arrayValue'] != null) {
    const items = list(object(value['arrayValue'], 'arrayValue')['values'], 'arrayValue.values');
    return new ExactValue({ arrayValue: { values: items.map((item) => toAnyValue(anyValue(item, depth + 1))) } });
  }
  if (value['kvlistValue'] != null) {
    const items = list(object(value['kvlistValue'], 'kvlistValue')['values'], 'kvlistValue.values');
    return new ExactValue({ kvlistValue: { values: items.map((item) => keyValue(item, depth + 1)) } });
  }
  return new ExactValue({});
}

function keyValue(item: Json, depth: number): { key: string; value: AnyValueJson } {
  return { key: text(item['key'], 'key'), value: toAnyValue(anyValue(item['value'], depth)) };
}

function attributes(raw: unknown): AttributeList {
  const into: AttributeList = [];
  for (const item of list(raw, 'attributes')) into.push(text(item['key'], 'key'), anyValue(item['value'], 0));
  return into;
}

function span(raw: Json, source: Source): SpanRecord {
  const status = object(raw['status'], 'status');
  return {
    ...newSpan(source),
    traceId: id(raw['traceId'], 'traceId'),
    spanId: id(raw['spanId'], 'spanId'),
    parentId: id(raw['parentSpanId'], 'parentSpanId'),
    traceState: text(raw['traceState'], 'traceState'),
    flags: int32(raw['flags'], 'flags') >>> 0,
    name: text(raw['name'], 'name'),
    kind: int32(raw['kind'], 'kind'),
    startNs: int64(raw['startTimeUnixNano'], 'startTimeUnixNano'),
    endNs: int64(raw['endTimeUnixNano'], 'endTimeUnixNano'),
    attributes: attributes(raw['attributes']),
    events: list(raw['events'], 'events').map((event) => ({
      timeNs: int64(event['timeUnixNano'], 'timeUnixNano'),
      name: text(event['name'], 'name'),
      attributes: attributes(event['attributes']),
    })),
    links: list(raw['links'], 'links').map((link) => ({
      traceId: id(link['traceId'], 'traceId'),
      spanId: id(link['spanId'], 'spanId'),
      traceState: text(link['traceState'], 'traceState'),
      attributes: attributes(link['attributes']),
    })),
    statusCode: int32(status['code'], 'status.code'),
    statusMessage: text(status['message'], 'status.message'),
  };
}

function log(raw: Json, source: Source): LogRecord {
  return {
    ...newLog(source),
    timeNs: int64(raw['timeUnixNano'], 'timeUnixNano'),
    observedNs: int64(raw['observedTimeUnixNano'], 'observedTimeUnixNano'),
    severity: int32(raw['severityNumber'], 'severityNumber'),
    severityText: text(raw['severityText'], 'severityText'),
    body: raw['body'] == null ? null : anyValue(raw['body'], 0),
    eventName: text(raw['eventName'], 'eventName'),
    attributes: attributes(raw['attributes']),
    flags: int32(raw['flags'], 'flags') >>> 0,
    traceId: id(raw['traceId'], 'traceId'),
    spanId: id(raw['spanId'], 'spanId'),
  };
}

function* grouped<R>(
  request: Json,
  [resources, scopes, records]: [string, string, string],
  create: (raw: Json, source: Source) => R,
): Generator<R> {
  for (const resourceGroup of list(request[resources], resources)) {
    const resource = attributes(object(resourceGroup['resource'], 'resource')['attributes']);
    for (const scopeGroup of list(resourceGroup[scopes], scopes)) {
      const scope = object(scopeGroup['scope'], 'scope');
      const source: Source = {
        ...newSource(),
        resource,
        scopeName: text(scope['name'], 'scope.name'),
        scopeVersion: text(scope['version'], 'scope.version'),
        scope: attributes(scope['attributes']),
      };
      for (const record of list(scopeGroup[records], records)) yield create(record, source);
    }
  }
}

/** Whole numbers that a double rounds: nanoseconds always, and int64 values of 16 digits or more. */
const UNSAFE_NUMBER = /"(?:intValue|\w*UnixNano)"\s*:\s*-?\d{16}/;

const keepInteger = (_key: string, value: unknown, context?: { source?: string }): unknown =>
  typeof value === 'number' && !Number.isSafeInteger(value) && /^-?\d{16,20}$/.test(context?.source ?? '')
    ? BigInt(context!.source!)
    : value;

function parse(body: Uint8Array): Json {
  const source = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8');
  let value: unknown;
  try {
    // The reviver is slow, and official senders write nanoseconds as strings: only where it makes a difference.
    value = UNSAFE_NUMBER.test(source) ? JSON.parse(source, keepInteger) : JSON.parse(source);
  } catch (error) {
    // The parser's own message quotes the body, which may hold what nobody should log.
    throw new MalformedRequestError('the body is not valid JSON', { cause: error });
  }
  if (value === null) throw new MalformedRequestError('the body must be an object');
  return object(value, 'the body');
}

function decode<R>(body: Uint8Array, read: (request: Json) => R[]): R[] {
  return read(parse(body));
}

const spansOf = (request: Json): SpanRecord[] => [...grouped(request, ['resourceSpans', 'scopeSpans', 'spans'], span)];
const logsOf = (request: Json): LogRecord[] => [...grouped(request, ['resourceLogs', 'scopeLogs', 'logRecords'], log)];

/** ExportTraceServiceRequest as JSON. Throws MalformedRequestError, naming the member. */
export const decodeTracesJson = (body: Uint8Array): SpanRecord[] => decode(body, spansOf);

/** ExportLogsServiceRequest as JSON. Throws MalformedRequestError, naming the member. */
export const decodeLogsJson = (body: Uint8Array): LogRecord[] => decode(body, logsOf);

/** One TracesData, LogsData or both in one object; or several such documents, one per line. */
export function decodeDocuments(body: Uint8Array): { spans: SpanRecord[]; logs: LogRecord[] } {
  const spans: SpanRecord[] = [];
  const logs: LogRecord[] = [];
  const add = (request: Json) => {
    for (const record of spansOf(request)) spans.push(record);
    for (const record of logsOf(request)) logs.push(record);
  };
  let whole: Json | undefined;
  try {
    whole = parse(body);
  } catch (error) {
    const lines = Buffer.from(body)
      .toString('utf8')
      .split('\n')
      .filter((line) => line.trim() !== '');
    if (lines.length < 2) throw error;
    for (const line of lines) add(parse(Buffer.from(line)));
    return { spans, logs };
  }
  add(whole);
  return { spans, logs };
}
