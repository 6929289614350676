// The tracing file of nestjs-otel's README, as near as today's packages allow: its Jaeger exporter is gone, so spans
// leave over OTLP; metrics are off, as in every other subject.
import { getNodeAutoInstrumentations } from '@opentelemetry/auto-instrumentations-node';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } from '@opentelemetry/core';
import { startSdk } from './instrumentations.mjs';

startSdk([getNodeAutoInstrumentations()], {
  contextManager: new AsyncLocalStorageContextManager(),
  textMapPropagator: new CompositePropagator({
    propagators: [new W3CTraceContextPropagator(), new W3CBaggagePropagator()],
  }),
});
