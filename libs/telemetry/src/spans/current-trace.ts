import { context, trace } from '@opentelemetry/api';
import { isValid } from '../tracer/checked-span-context.js';

/** The trace id of the active span, 32 hex digits; undefined outside a trace. */
export function getCurrentTraceId(): string | undefined {
  const spanContext = trace.getSpanContext(context.active());
  return isValid(spanContext) ? spanContext.traceId : undefined;
}
