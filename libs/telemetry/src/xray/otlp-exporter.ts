import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import type { SpanExporter } from '@opentelemetry/sdk-trace';
import type { AwsService } from '../aws/aws-service.js';
import { createSignedPost } from '../aws/signed-post.js';
import { exporterOf } from '../export/lazy-exporter.js';

const compress = promisify(gzip);

/** OTLP/HTTP to X-Ray itself: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-OTLPEndpoint.html */
export function createXrayOtlpExporter(service: AwsService, timeoutMs: number): SpanExporter {
  const send = createSignedPost(service);
  const headers = { 'content-type': 'application/x-protobuf', 'content-encoding': 'gzip' };
  return exporterOf(async (spans) => {
    const request = ProtobufTraceSerializer.serializeRequest(spans);
    if (request) await send('/v1/traces', headers, await compress(request), timeoutMs);
  });
}
