/** The decoded form of OTLP, the same for protobuf and JSON, close to the rows of the store. */

/** AnyValue in the OTLP JSON encoding: exactly one member, or none for an unset value. */
export interface AnyValueJson {
  stringValue?: string;
  boolValue?: boolean;
  intValue?: string;
  doubleValue?: number | 'NaN' | 'Infinity' | '-Infinity';
  arrayValue?: { values: AnyValueJson[] };
  kvlistValue?: { values: { key: string; value: AnyValueJson }[] };
  bytesValue?: string;
}

/** A value that no plain column holds exactly: arrays, maps, bytes, int64 beyond 2^53, NaN and the infinities, unset. */
export class ExactValue {
  constructor(readonly json: AnyValueJson) {}
}

export type Value = string | number | boolean | ExactValue;

/** name, value, name, value, ...: a batch has tens of thousands, and pairs would be an object each. */
export type AttributeList = (string | Value)[];

/** The resource and the instrumentation scope that a run of spans or logs has in common. */
export interface Source {
  resource: AttributeList;
  scopeName: string;
  scopeVersion: string;
  scope: AttributeList;
}

export interface SpanEventRecord {
  timeNs: bigint;
  name: string;
  attributes: AttributeList;
}

export interface SpanLinkRecord {
  traceId: string;
  spanId: string;
  traceState: string;
  attributes: AttributeList;
}

export interface SpanRecord {
  source: Source;
  traceId: string;
  spanId: string;
  parentId: string;
  traceState: string;
  flags: number;
  name: string;
  kind: number;
  startNs: bigint;
  endNs: bigint;
  attributes: AttributeList;
  events: SpanEventRecord[];
  links: SpanLinkRecord[];
  statusCode: number;
  statusMessage: string;
}

export interface LogRecord {
  source: Source;
  timeNs: bigint;
  observedNs: bigint;
  severity: number;
  severityText: string;
  body: Value | null;
  eventName: string;
  attributes: AttributeList;
  flags: number;
  traceId: string;
  spanId: string;
}

export const newSource = (): Source => ({ resource: [], scopeName: '', scopeVersion: '', scope: [] });

export const newSpan = (source: Source): SpanRecord => ({
  source,
  traceId: '',
  spanId: '',
  parentId: '',
  traceState: '',
  flags: 0,
  name: '',
  kind: 0,
  startNs: 0n,
  endNs: 0n,
  attributes: [],
  events: [],
  links: [],
  statusCode: 0,
  statusMessage: '',
});

export const newLog = (source: Source): LogRecord => ({
  source,
  timeNs: 0n,
  observedNs: 0n,
  severity: 0,
  severityText: '',
  body: null,
  eventName: '',
  attributes: [],
  flags: 0,
  traceId: '',
  spanId: '',
});

/** The request is not OTLP. Nothing of it was stored; sending it again cannot help. */
export class MalformedRequestError extends Error {
  override readonly name = 'MalformedRequestError';
}
