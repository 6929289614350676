import { context, isSpanContextValid, trace } from '@opentelemetry/api';

/** The trace id of the active span, 32 hex digits; undefined outside a trace. */
export function getCurrentTraceId(): string | undefined {
  const spanContext = trace.getSpanContext(context.active());
  return spanContext && isSpanContextValid(spanContext) ? spanContext.traceId : undefined;
}
