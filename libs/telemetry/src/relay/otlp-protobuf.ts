/** Decodes an OTLP/HTTP protobuf trace request into the shape of its JSON encoding. Small, not fast. */
import type { ExportTraceRequest } from './otlp-json.js';

type FieldType = 'string' | 'hex' | 'base64' | 'int64' | 'fixed64' | 'fixed32' | 'uint32' | 'bool' | 'double' | Schema;
type Field = { name: string; type: FieldType; repeated?: true };
interface Schema {
  [number: number]: Field;
}

const one = (name: string, type: FieldType): Field => ({ name, type });
const many = (name: string, type: FieldType): Field => ({ name, type, repeated: true });

// Field numbers: https://github.com/open-telemetry/opentelemetry-proto
const anyValue: Schema = {
  1: one('stringValue', 'string'),
  2: one('boolValue', 'bool'),
  3: one('intValue', 'int64'),
  4: one('doubleValue', 'double'),
  7: one('bytesValue', 'base64'),
};
const keyValue: Schema = { 1: one('key', 'string'), 2: one('value', anyValue) };
anyValue[5] = one('arrayValue', { 1: many('values', anyValue) });
anyValue[6] = one('kvlistValue', { 1: many('values', keyValue) });
const event: Schema = { 1: one('timeUnixNano', 'fixed64'), 2: one('name', 'string'), 3: many('attributes', keyValue) };
const link: Schema = {
  1: one('traceId', 'hex'),
  2: one('spanId', 'hex'),
  3: one('traceState', 'string'),
  4: many('attributes', keyValue),
  6: one('flags', 'fixed32'),
};
const span: Schema = {
  1: one('traceId', 'hex'),
  2: one('spanId', 'hex'),
  3: one('traceState', 'string'),
  4: one('parentSpanId', 'hex'),
  5: one('name', 'string'),
  6: one('kind', 'uint32'),
  7: one('startTimeUnixNano', 'fixed64'),
  8: one('endTimeUnixNano', 'fixed64'),
  9: many('attributes', keyValue),
  11: many('events', event),
  13: many('links', link),
  15: one('status', { 2: one('message', 'string'), 3: one('code', 'uint32') }),
  16: one('flags', 'fixed32'),
};
const scopeSpans: Schema = {
  1: one('scope', { 1: one('name', 'string'), 2: one('version', 'string') }),
  2: many('spans', span),
};
const resourceSpans: Schema = {
  1: one('resource', { 1: many('attributes', keyValue) }),
  2: many('scopeSpans', scopeSpans),
};
const traceRequest: Schema = { 1: many('resourceSpans', resourceSpans) };

/** @throws RangeError when the bytes end in the middle of a field */
export function decodeTraceRequest(bytes: Buffer): ExportTraceRequest {
  return decode(bytes, traceRequest);
}

function decode(bytes: Buffer, schema: Schema): Record<string, unknown> {
  const message: Record<string, unknown> = {};
  const reader = new Reader(bytes);
  while (!reader.done) {
    const { number, raw } = reader.field();
    const field = schema[number];
    if (!field) continue;
    const value = convert(raw, field.type);
    if (field.repeated) ((message[field.name] ??= []) as unknown[]).push(value);
    else message[field.name] = value;
  }
  return message;
}

function convert(raw: Buffer | bigint, type: FieldType): unknown {
  if (typeof type === 'object') return decode(raw as Buffer, type);
  switch (type) {
    case 'string':
      return (raw as Buffer).toString('utf8');
    case 'hex':
    case 'base64':
      return (raw as Buffer).toString(type);
    case 'double':
      return (raw as Buffer).readDoubleLE();
    case 'fixed64':
      return (raw as Buffer).readBigUInt64LE().toString();
    case 'fixed32':
      return (raw as Buffer).readUInt32LE();
    case 'int64':
      return BigInt.asIntN(64, raw as bigint).toString();
    case 'uint32':
      return Number(raw);
    case 'bool':
      return raw !== 0n;
  }
}

class Reader {
  private position = 0;

  constructor(private readonly bytes: Buffer) {}

  get done(): boolean {
    return this.position >= this.bytes.length;
  }

  field(): { number: number; raw: Buffer | bigint } {
    const tag = Number(this.varint());
    return { number: tag >>> 3, raw: this.value(tag & 7) };
  }

  private value(wireType: number): Buffer | bigint {
    switch (wireType) {
      case 0:
        return this.varint();
      case 1:
        return this.take(8);
      case 2:
        return this.take(Number(this.varint()));
      case 5:
        return this.take(4);
      default:
        throw new RangeError(`unknown wire type ${wireType}`);
    }
  }

  private varint(): bigint {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = this.take(1)[0]!;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
      if (shift > 63n) throw new RangeError('a number is longer than 64 bits');
    }
  }

  private take(length: number): Buffer {
    if (this.position + length > this.bytes.length) throw new RangeError('the message ends in the middle of a field');
    return this.bytes.subarray(this.position, (this.position += length));
  }
}
