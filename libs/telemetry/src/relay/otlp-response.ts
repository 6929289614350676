import type { Encoding } from './otlp-body.js';

export const OTLP_CONTENT_TYPE: Record<Encoding, string> = {
  json: 'application/json',
  protobuf: 'application/x-protobuf',
};

/** ExportTraceServiceResponse: empty when everything was taken. */
export function exportResponse(encoding: Encoding, rejected: number, reason: string): Buffer {
  if (encoding === 'json') {
    const partialSuccess = { rejectedSpans: String(rejected), errorMessage: reason };
    return Buffer.from(JSON.stringify(rejected === 0 ? {} : { partialSuccess }));
  }
  if (rejected === 0) return Buffer.alloc(0);
  return bytesField(1, Buffer.concat([varintField(1, rejected), bytesField(2, Buffer.from(reason))]));
}

/** google.rpc.Status, the body of every refusal. `code` is a gRPC status code. */
export function errorStatus(encoding: Encoding, code: number, message: string): Buffer {
  if (encoding === 'json') return Buffer.from(JSON.stringify({ code, message }));
  return Buffer.concat([varintField(1, code), bytesField(2, Buffer.from(message))]);
}

function varint(value: number): number[] {
  const bytes = [];
  for (; value > 0x7f; value = Math.floor(value / 128)) bytes.push((value % 128) | 0x80);
  return [...bytes, value];
}

const varintField = (number: number, value: number) => Buffer.from([number << 3, ...varint(value)]);
const bytesField = (number: number, value: Buffer) =>
  Buffer.concat([Buffer.from([(number << 3) | 2, ...varint(value.length)]), value]);
