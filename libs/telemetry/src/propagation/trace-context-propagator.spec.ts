import { expect, it } from '@jest/globals';
import { ROOT_CONTEXT, type Context, type SpanContext, TraceFlags, createTraceState, trace } from '@opentelemetry/api';
import { W3CTraceContextPropagator, suppressTracing } from '@opentelemetry/core';
import { CheckedSpanContext } from '../tracer/checked-span-context.js';
import { TraceContextPropagator } from './trace-context-propagator.js';

const ids = ['0af7651916cd43dd8448eb211c80319c', 'b7ad6b7169203331'] as const;
const within = (spanContext: SpanContext) => trace.setSpanContext(ROOT_CONTEXT, spanContext);
const CASES: Record<string, Context> = {
  nothing: ROOT_CONTEXT,
  'a span that is kept': within(new CheckedSpanContext(...ids, TraceFlags.SAMPLED, undefined)),
  'a span that is left out': within(new CheckedSpanContext(...ids, TraceFlags.NONE, undefined)),
  'a trace state': within(new CheckedSpanContext(...ids, TraceFlags.SAMPLED, createTraceState('ot=th:8'))),
  'tracing suppressed': suppressTracing(within(new CheckedSpanContext(...ids, TraceFlags.SAMPLED, undefined))),
  "somebody else's span": within({ traceId: ids[0], spanId: ids[1], traceFlags: TraceFlags.SAMPLED }),
  'no valid span': within({ traceId: '0', spanId: '1', traceFlags: TraceFlags.SAMPLED }),
};

it.each(Object.entries(CASES))('writes what the stock propagator writes, for %s', (_name, context) => {
  const written = (propagator: W3CTraceContextPropagator) => {
    const carrier: Record<string, string> = {};
    propagator.inject(context, carrier, { set: (to: typeof carrier, key, value) => void (to[key] = value) });
    return carrier;
  };
  expect(written(new TraceContextPropagator())).toEqual(written(new W3CTraceContextPropagator()));
});
