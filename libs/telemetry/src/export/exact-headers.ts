import { OTLPExporterBase } from '@opentelemetry/otlp-exporter-base';
import { convertLegacyHttpOptions, createOtlpHttpExportDelegate } from '@opentelemetry/otlp-exporter-base/node-http';
import { JsonTraceSerializer, TraceExporterMetricsHelper } from '@opentelemetry/otlp-transformer';
import type { SpanExporter } from '@opentelemetry/sdk-trace';

const JSON_CONTENT = { 'content-type': 'application/json' };

/**
 * An OTLP/HTTP exporter that sends these headers and no others. The stock exporters add
 * OTEL_EXPORTER_OTLP_HEADERS to whatever they are given: with two destinations, one vendor's key would
 * reach the other vendor.
 */
export function withExactHeaders(url: string, headers: Record<string, string>): SpanExporter {
  const config = convertLegacyHttpOptions({ url }, 'TRACES', 'v1/traces', JSON_CONTENT);
  const exact = { ...config, headers: () => Promise.resolve({ ...headers, ...JSON_CONTENT }) };
  return new OTLPExporterBase(
    createOtlpHttpExportDelegate(
      exact,
      JsonTraceSerializer,
      'otlp_http_span_exporter',
      TraceExporterMetricsHelper,
      undefined,
    ),
  );
}
