import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import type { SpanExporter } from '@opentelemetry/sdk-trace';
import { AS_SPANS, type Destination } from '../destination.js';
import { type EncodedSpan, encodeSpan } from './encode-span.js';
import { OtlpJsonSerializer } from './serializer.js';

/** Spans wait as JSON: they are encoded when they end, and nothing else of them stays in memory. */
export const AS_JSON = {
  keep: encodeSpan,
  sizeOf: ({ start, end }: EncodedSpan): number => end - start,
};

/**
 * The stock exporter, with its variables, transport and retries, but with our serializer, which it has no option for. Should
 * a later version look different inside, it gets the spans as they are and serializes them itself.
 */
export function createOtlpJsonExporter(
  exporter: SpanExporter = new OTLPTraceExporter(),
): Pick<Destination, 'exporter' | 'keep' | 'sizeOf'> {
  const { _delegate: delegate } = exporter as { _delegate?: { _serializer?: unknown } };
  if (!delegate?._serializer) return { exporter, ...AS_SPANS };
  delegate._serializer = OtlpJsonSerializer;
  return { exporter, ...AS_JSON };
}
