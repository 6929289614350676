import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import type { SpanExporter } from '@opentelemetry/sdk-trace';
import { AS_SPANS, type Destination, type SpanForm } from '../destination.js';
import { type EncodedSpan, encodeSpan } from './encode-span.js';
import { OtlpJsonSerializer } from './serializer.js';

/**
 * Spans wait as JSON: they are encoded when they end, and nothing else of them stays in memory. The memory that this takes
 * is used again, but for what is lost.
 */
export function asJson(serializer: OtlpJsonSerializer): SpanForm<EncodedSpan> {
  return {
    keep: encodeSpan,
    sizeOf: ({ start, end }) => end - start,
    delivered: (batch) => {
      serializer.delivered();
      for (const { chunk } of batch) chunk.release();
    },
  };
}

/**
 * The stock exporter, with its variables, transport and retries, but with our serializer, which it has no option for. Should
 * a later version look different inside, it gets the spans as they are and serializes them itself.
 */
export function createOtlpJsonExporter(exporter: SpanExporter = new OTLPTraceExporter()): Omit<Destination, 'name'> {
  const { _delegate: delegate } = exporter as { _delegate?: { _serializer?: unknown } };
  if (!delegate?._serializer) return { exporter, ...AS_SPANS };
  const serializer = new OtlpJsonSerializer();
  delegate._serializer = serializer;
  return { exporter, ...asJson(serializer) };
}
