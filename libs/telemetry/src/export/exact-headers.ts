import { OTLPExporterBase } from '@opentelemetry/otlp-exporter-base';
import { convertLegacyHttpOptions, createOtlpHttpExportDelegate } from '@opentelemetry/otlp-exporter-base/node-http';
import { type IExporterMetricsHelper, TraceExporterMetricsHelper } from '@opentelemetry/otlp-transformer';
import type { Destination } from './destination.js';
import type { EncodedSpan } from './json/encode-span.js';
import { asJson } from './json/exporter.js';
import { OtlpJsonSerializer } from './json/serializer.js';

const JSON_CONTENT = { 'content-type': 'application/json' };
const METRICS: IExporterMetricsHelper<EncodedSpan[]> = {
  ...TraceExporterMetricsHelper,
  countItems: ({ length }) => length,
};

/**
 * An OTLP/HTTP exporter that sends these headers and no others. The stock exporters add
 * OTEL_EXPORTER_OTLP_HEADERS to whatever they are given: with two destinations, one vendor's key would
 * reach the other vendor.
 */
export function withExactHeaders(url: string, headers: Record<string, string>): Omit<Destination<EncodedSpan>, 'name'> {
  const config = convertLegacyHttpOptions({ url }, 'TRACES', 'v1/traces', JSON_CONTENT);
  const exact = { ...config, headers: () => Promise.resolve({ ...headers, ...JSON_CONTENT }) };
  const serializer = new OtlpJsonSerializer();
  const exporter = new OTLPExporterBase(
    createOtlpHttpExportDelegate(exact, serializer, 'otlp_http_span_exporter', METRICS, undefined),
  );
  return { exporter, ...asJson(serializer) };
}
