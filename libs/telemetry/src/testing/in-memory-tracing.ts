import { context, propagation, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } from '@opentelemetry/core';
import { defaultResource } from '@opentelemetry/resources';
import {
  AlwaysOnSampler,
  InMemorySpanExporter,
  ParentBasedSampler,
  type ReadableSpan,
  SimpleSpanProcessor,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace';
import { RecordingTracerProvider } from '../tracer/recording-tracer-provider.js';

export interface InMemoryTracing {
  /** Spans that have ended, oldest first. */
  spans(): ReadableSpan[];
  reset(): void;
  /** Takes the SDK out again, so that the next test file starts clean. */
  shutdown(): Promise<void>;
}

/** A tracer provider, context manager and W3C propagators for unit tests; spans are kept in memory. */
export function startInMemoryTracing(...spanProcessors: SpanProcessor[]): InMemoryTracing {
  const exporter = new InMemorySpanExporter();
  const provider = new RecordingTracerProvider({
    resource: defaultResource(),
    sampler: new ParentBasedSampler({ root: new AlwaysOnSampler() }),
    processors: [...spanProcessors, new SimpleSpanProcessor({ exporter })],
  });
  trace.setGlobalTracerProvider(provider);
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(
    new CompositePropagator({ propagators: [new W3CTraceContextPropagator(), new W3CBaggagePropagator()] }),
  );
  return {
    spans: () => exporter.getFinishedSpans(),
    reset: () => exporter.reset(),
    shutdown: async () => {
      await provider.shutdown();
      trace.disable();
      context.disable();
      propagation.disable();
    },
  };
}
