import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { OtlpJsonSerializer } from './otlp-json.js';

/** The exporter as it is installed; the field is private. */
type Serialising = { _delegate?: { _serializer?: unknown } };

/**
 * The stock OTLP/HTTP exporter (its variables, its retries, its TLS) with the serializer of this library. Should a
 * version of it keep its serializer elsewhere, it goes on with its own: slower, and nothing else.
 */
export function createOtlpJsonExporter(): OTLPTraceExporter {
  const exporter = new OTLPTraceExporter();
  const { _delegate: delegate } = exporter as unknown as Serialising;
  if (delegate?._serializer) delegate._serializer = OtlpJsonSerializer;
  return exporter;
}
