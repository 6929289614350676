import { decodeTraceRequest } from './otlp-protobuf.js';

export type Encoding = 'json' | 'protobuf';

/** The request is no OTLP. Sending it again cannot help. */
export class MalformedOtlpError extends Error {
  override readonly name = 'MalformedOtlpError';
}

/** An ExportTraceServiceRequest down to its spans, which are still to be checked. */
export interface SpanGroup {
  /** Attributes of the resource. */
  resource: unknown;
  scopeSpans: { name: string; version: string; spans: unknown[] }[];
}

/** @throws MalformedOtlpError */
export function decodeOtlp(body: Buffer, encoding: Encoding): SpanGroup[] {
  const request = object(parse(body, encoding), 'the body');
  return list(request.resourceSpans, 'resourceSpans').map((group) => ({
    resource: object(group.resource ?? {}, 'resource').attributes,
    scopeSpans: list(group.scopeSpans, 'scopeSpans').map(({ scope, spans }) => {
      const { name, version } = object(scope ?? {}, 'scope');
      return { name: text(name), version: text(version), spans: list(spans, 'spans') };
    }),
  }));
}

function parse(body: Buffer, encoding: Encoding): unknown {
  try {
    return encoding === 'json' ? JSON.parse(body.toString('utf8')) : decodeTraceRequest(body);
  } catch {
    // The parser's own message would quote the body.
    throw new MalformedOtlpError(`the body is not valid ${encoding}`);
  }
}

function object(value: unknown, field: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new MalformedOtlpError(`${field} must be an object`);
}

function list(value: unknown, field: string): Record<string, unknown>[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw new MalformedOtlpError(`${field} must be an array`);
  return value.map((item) => object(item, field));
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
