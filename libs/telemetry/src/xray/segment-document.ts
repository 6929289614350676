import { type HrTime, SpanKind, SpanStatusCode } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import * as attr from '../attributes.js';
import { attributeText } from '../export/attribute-text.js';
import { awsBlock, httpBlock, sqlBlock } from './blocks.js';
import { type Cause, causeOf } from './cause.js';

/**
 * A segment or an independent subsegment
 * (https://docs.aws.amazon.com/xray/latest/devguide/xray-api-segmentdocuments.html). Times in seconds since the epoch.
 */
export interface SegmentDocument {
  trace_id: string;
  id: string;
  parent_id?: string;
  /** At most 200 characters, of a few kinds. */
  name: string;
  type?: 'subsegment';
  namespace?: 'remote' | 'aws';
  start_time: number;
  end_time: number;
  user?: string;
  service?: { version: string };
  http?: object;
  aws?: object;
  sql?: object;
  error?: true;
  fault?: true;
  throttle?: true;
  cause?: Cause;
  /** Indexed: X-Ray searches by them. */
  annotations?: Record<string, string | number | boolean>;
  /** Not indexed. */
  metadata?: { default: Record<string, unknown> };
  links?: { trace_id: string; id: string }[];
  /** Something was left out to stay within 64 kB. Sent as an annotation. */
  trimmed?: true;
}

const INDEXED = [attr.ATTR_USER_ID, attr.ATTR_HTTP_ROUTE];
const ENTRY_KINDS = new Set([SpanKind.SERVER, SpanKind.CONSUMER]);

/** A server or consumer span is a segment, as is a root; every other span is a subsegment of the span it is in. */
export function toSegmentDocument(span: ReadableSpan): SegmentDocument {
  const { attributes, parentSpanContext, kind, resource, links } = span;
  const { traceId, spanId } = span.spanContext();
  const isSegment = ENTRY_KINDS.has(kind) || !parentSpanContext;
  const user = attributes[attr.ATTR_USER_ID];
  const version = resource.attributes['service.version'];
  return {
    trace_id: toXrayTraceId(traceId),
    id: spanId,
    parent_id: parentSpanContext?.spanId,
    name: nameOf(span, isSegment),
    start_time: seconds(span.startTime),
    end_time: seconds(span.endTime),
    ...(isSegment
      ? {
          user: user === undefined ? undefined : attributeText(user).slice(0, 250),
          service: version === undefined ? undefined : { version: attributeText(version) },
        }
      : { type: 'subsegment', namespace: namespaceOf(span) }),
    http: httpBlock(span),
    aws: { ...awsBlock(span), xray: { sdk: 'opentelemetry for nodejs', auto_instrumentation: false } },
    sql: sqlBlock(span),
    ...outcome(span),
    cause: causeOf(span),
    annotations: annotationsOf(span),
    metadata: metadataOf(span),
    links: links.length > 0 ? links.map(({ context }) => linkTo(context)) : undefined,
  };
}

/** W3C's 32 digits in X-Ray's writing: version, eight digits, the rest. X-Ray no longer reads a time out of them. */
function toXrayTraceId(traceId: string): string {
  return `1-${traceId.slice(0, 8)}-${traceId.slice(8)}`;
}

function linkTo({ traceId, spanId }: { traceId: string; spanId: string }) {
  return { trace_id: toXrayTraceId(traceId), id: spanId };
}

function seconds([whole, nanos]: HrTime): number {
  return whole + nanos / 1e9;
}

/** The service map draws a node per name: services by their own, what is called by its address or its database. */
function nameOf(span: ReadableSpan, isSegment: boolean): string {
  const { attributes, kind, resource, name } = span;
  const database = attributes['db.namespace'] ?? attributes['db.name'];
  const address = attributes[attr.ATTR_SERVER_ADDRESS];
  const remote = database === undefined ? address : `${attributeText(database)}@${attributeText(address)}`;
  const chosen = isSegment ? resource.attributes['service.name'] : kind === SpanKind.CLIENT ? remote : undefined;
  const allowed = attributeText(chosen ?? name).replace(/[^\p{L}\p{N}\p{Z}_.:/%&#=+\\\-@]/gu, '');
  return allowed.slice(0, 200) || 'span';
}

function namespaceOf({ kind, attributes }: ReadableSpan): SegmentDocument['namespace'] {
  if (attributes['rpc.system'] === 'aws-api') return 'aws';
  return kind === SpanKind.CLIENT || kind === SpanKind.PRODUCER ? 'remote' : undefined;
}

/** X-Ray tells who is to blame: `error` is the caller's mistake, `fault` the server's, `throttle` a 429. */
function outcome(span: ReadableSpan): Pick<SegmentDocument, 'error' | 'fault' | 'throttle'> {
  const status = Number(span.attributes[attr.ATTR_HTTP_RESPONSE_STATUS_CODE] ?? 0);
  if (status === 429) return { error: true, throttle: true };
  if (status >= 400 && status < 500) return { error: true };
  return status >= 500 || span.status.code === SpanStatusCode.ERROR ? { fault: true } : {};
}

function annotationsOf({ attributes, name }: ReadableSpan): SegmentDocument['annotations'] {
  const annotations: NonNullable<SegmentDocument['annotations']> = { span_name: name.slice(0, 1_000) };
  for (const key of INDEXED) {
    const value = attributes[key];
    if (value !== undefined) annotations[key.replace(/\W/g, '_')] = attributeText(value).slice(0, 1_000);
  }
  return annotations;
}

function metadataOf({ attributes }: ReadableSpan): SegmentDocument['metadata'] {
  const rest = Object.entries(attributes).filter(([key]) => !INDEXED.includes(key));
  return rest.length > 0 ? { default: Object.fromEntries(rest) } : undefined;
}
