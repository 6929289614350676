import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { hrTimeToMicroseconds } from '@opentelemetry/core';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace';
import * as attr from '../attributes.js';
import { attributeText } from './attribute-text.js';
import { exporterOf } from './lazy-exporter.js';
import { post } from './post.js';

/** Version 2 of Zipkin's JSON (https://zipkin.io/zipkin-api/#/default/post_spans). Times in microseconds. */
export interface ZipkinSpan {
  traceId: string;
  id: string;
  parentId?: string;
  name: string;
  kind?: 'CLIENT' | 'SERVER' | 'PRODUCER' | 'CONSUMER';
  timestamp: number;
  duration: number;
  localEndpoint: { serviceName: string };
  remoteEndpoint?: { serviceName?: string; ipv4?: string; ipv6?: string; port?: number };
  annotations?: { timestamp: number; value: string }[];
  tags: Record<string, string>;
}

const KINDS: Record<SpanKind, ZipkinSpan['kind']> = {
  [SpanKind.INTERNAL]: undefined,
  [SpanKind.SERVER]: 'SERVER',
  [SpanKind.CLIENT]: 'CLIENT',
  [SpanKind.PRODUCER]: 'PRODUCER',
  [SpanKind.CONSUMER]: 'CONSUMER',
};

/** Sends spans as OpenTelemetry's mapping for Zipkin says: https://opentelemetry.io/docs/specs/otel/trace/sdk_exporters/zipkin/ */
export function createZipkinExporter(url: URL, timeoutMs: number): SpanExporter {
  return exporterOf(async (spans) => {
    const body = JSON.stringify(spans.map(toZipkinSpan));
    await post({ url, headers: { 'content-type': 'application/json' }, body, timeoutMs });
  });
}

export function toZipkinSpan(span: ReadableSpan): ZipkinSpan {
  const { traceId, spanId } = span.spanContext();
  const tags: Record<string, string> = {};
  for (const [key, value] of Object.entries(span.resource.attributes)) tags[key] = attributeText(value);
  for (const [key, value] of Object.entries(span.attributes)) tags[key] = attributeText(value);
  tags['otel.scope.name'] = span.instrumentationScope.name;
  if (span.status.code !== SpanStatusCode.UNSET) tags['otel.status_code'] = SpanStatusCode[span.status.code];
  if (span.status.code === SpanStatusCode.ERROR) tags.error = span.status.message ?? '';
  return {
    traceId,
    id: spanId,
    parentId: span.parentSpanContext?.spanId,
    name: span.name,
    kind: KINDS[span.kind],
    timestamp: Math.round(hrTimeToMicroseconds(span.startTime)),
    // Zipkin reads 0 as "unknown".
    duration: Math.max(1, Math.round(hrTimeToMicroseconds(span.duration))),
    localEndpoint: { serviceName: attributeText(span.resource.attributes['service.name']) },
    remoteEndpoint: remoteEndpoint(span),
    annotations: span.events.map(({ name, time, attributes = {} }) => ({
      timestamp: Math.round(hrTimeToMicroseconds(time)),
      value: Object.keys(attributes).length > 0 ? JSON.stringify({ [name]: attributes }) : name,
    })),
    tags,
  };
}

function remoteEndpoint({ kind, attributes }: ReadableSpan): ZipkinSpan['remoteEndpoint'] {
  if (kind !== SpanKind.CLIENT && kind !== SpanKind.PRODUCER) return undefined;
  const [name, address] = [attributes[attr.ATTR_SERVER_ADDRESS], attributes[attr.ATTR_NETWORK_PEER_ADDRESS]];
  if (name === undefined && address === undefined) return undefined;
  const ip = typeof address !== 'string' ? {} : address.includes(':') ? { ipv6: address } : { ipv4: address };
  const port = Number(attributes[attr.ATTR_NETWORK_PEER_PORT] ?? attributes[attr.ATTR_SERVER_PORT]);
  return { ...(name !== undefined && { serviceName: attributeText(name) }), ...ip, ...(port > 0 && { port }) };
}
