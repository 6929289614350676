// What a subject of the benchmark starts in place of this project's telemetry: the SDK, OTLP over HTTP, and the given
// instrumentations, with the settings that their own documentation begins with.
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { BatchSpanProcessor } from '@opentelemetry/sdk-trace';
import { register } from 'import-in-the-middle/register-hooks.mjs';

export function startSdk(instrumentations, settings = {}) {
  register();
  const sdk = new NodeSDK({
    serviceName: 'gateway',
    spanProcessors: [new BatchSpanProcessor({ exporter: new OTLPTraceExporter() })],
    metricReaders: [],
    logRecordProcessors: [],
    instrumentations,
    ...settings,
  });
  sdk.start();
}
