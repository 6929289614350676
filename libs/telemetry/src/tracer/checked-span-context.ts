import { type SpanContext, type TraceState, isSpanContextValid } from '@opentelemetry/api';

/** Of a span of our tracer: its ids were made here, or looked at when the span began, and need no check again. */
export class CheckedSpanContext implements SpanContext {
  constructor(
    readonly traceId: string,
    readonly spanId: string,
    readonly traceFlags: number,
    readonly traceState: TraceState | undefined,
  ) {}
}

export function isValid(spanContext: SpanContext | undefined): spanContext is SpanContext {
  return spanContext !== undefined && (spanContext instanceof CheckedSpanContext || isSpanContextValid(spanContext));
}
