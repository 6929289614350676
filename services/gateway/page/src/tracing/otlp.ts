/** The OTLP JSON encoding of what the tracer makes: https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding */
export type Value = string | number | boolean | readonly string[] | undefined;
export type Attributes = Record<string, Value>;

interface AnyValue {
  stringValue?: string;
  boolValue?: boolean;
  intValue?: string;
  doubleValue?: number;
  arrayValue?: { values: AnyValue[] };
}

export interface OtlpSpan {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  kind: number;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  attributes: { key: string; value: AnyValue }[];
  events: { name: string; timeUnixNano: string; attributes: { key: string; value: AnyValue }[] }[];
  status: { code?: number; message?: string };
}

export function toOtlp(attributes: Attributes): { key: string; value: AnyValue }[] {
  return Object.entries(attributes).flatMap(([key, value]) =>
    value === undefined || value === '' ? [] : [{ key, value: toValue(value) }],
  );
}

function toValue(value: Exclude<Value, undefined>): AnyValue {
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  if (typeof value === 'number') return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value };
  return { arrayValue: { values: value.map(toValue) } };
}

/** A reading of `performance.now()` as nanoseconds since the epoch. They fit no number, hence the two parts. */
export function toUnixNano(time: number): string {
  const micros = Math.round((performance.timeOrigin + time) * 1_000);
  return `${micros}000`;
}
