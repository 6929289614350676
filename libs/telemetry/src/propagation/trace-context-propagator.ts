import { type Context, type TextMapSetter, TraceFlags, trace } from '@opentelemetry/api';
import { W3CTraceContextPropagator, isTracingSuppressed } from '@opentelemetry/core';
import { CheckedSpanContext } from '../tracer/checked-span-context.js';

/** The stock one, which is asked about spans that others have made, for ids that need no check. */
export class TraceContextPropagator extends W3CTraceContextPropagator {
  override inject(context: Context, carrier: unknown, setter: TextMapSetter): void {
    const spanContext = trace.getSpanContext(context);
    if (!(spanContext instanceof CheckedSpanContext)) {
      super.inject(context, carrier, setter);
      return;
    }
    if (isTracingSuppressed(context)) return;
    const { traceId, spanId, traceFlags, traceState } = spanContext;
    setter.set(carrier, 'traceparent', `00-${traceId}-${spanId}-${traceFlags & TraceFlags.SAMPLED ? '01' : '00'}`);
    if (traceState) setter.set(carrier, 'tracestate', traceState.serialize());
  }
}
