import { type AttributeValue, type ExportTraceRequest, type OtlpSpan, plainAttributes } from '../relay/otlp-json.js';

const KINDS = ['UNSPECIFIED', 'INTERNAL', 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER'] as const;

/** A span as a receiver sees it. */
export interface ReceivedSpan {
  traceId: string;
  spanId: string;
  parentSpanId: string | undefined;
  service: string;
  scope: string;
  name: string;
  kind: (typeof KINDS)[number];
  /** Nanoseconds since the epoch. */
  start: bigint;
  end: bigint;
  error: boolean;
  statusMessage: string | undefined;
  attributes: Record<string, AttributeValue>;
  events: { name: string; attributes: Record<string, AttributeValue> }[];
  links: { traceId: string; spanId: string }[];
  resource: Record<string, AttributeValue>;
}

export function toReceivedSpans(request: ExportTraceRequest): ReceivedSpan[] {
  return (request.resourceSpans ?? []).flatMap(({ resource, scopeSpans = [] }) => {
    const attributes = plainAttributes(resource?.attributes);
    return scopeSpans.flatMap(({ scope, spans = [] }) =>
      spans.map((span) => toReceivedSpan(span, attributes, scope?.name ?? '')),
    );
  });
}

function toReceivedSpan(span: OtlpSpan, resource: Record<string, AttributeValue>, scope: string): ReceivedSpan {
  return {
    traceId: span.traceId,
    spanId: span.spanId,
    parentSpanId: span.parentSpanId || undefined,
    service: resource['service.name'] as string,
    scope,
    name: span.name,
    kind: KINDS[span.kind ?? 0] ?? 'UNSPECIFIED',
    start: BigInt(span.startTimeUnixNano),
    end: BigInt(span.endTimeUnixNano),
    error: span.status?.code === 2,
    statusMessage: span.status?.message || undefined,
    attributes: plainAttributes(span.attributes),
    events: (span.events ?? []).map(({ name, attributes }) => ({ name, attributes: plainAttributes(attributes) })),
    links: (span.links ?? []).map(({ traceId, spanId }) => ({ traceId, spanId })),
    resource,
  };
}
