import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { JsonTraceSerializer, ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import { type InMemoryTracing, type OtlpReceiver, startInMemoryTracing, startOtlpReceiver } from './index.js';

let tracing: InMemoryTracing;
let receiver: OtlpReceiver;
beforeEach(async () => {
  tracing = startInMemoryTracing();
  receiver = await startOtlpReceiver();
});
afterEach(async () => {
  await tracing.shutdown();
  await receiver.close();
});

/** A span with everything that the encodings treat differently, and a child. */
function makeTrace(): string {
  const tracer = trace.getTracer('scope');
  return tracer.startActiveSpan('parent', { kind: SpanKind.SERVER }, (parent) => {
    parent.setAttributes({ text: 'ü', int: -5, float: 1.5, yes: true, list: ['a', 'b'] });
    parent.addEvent('retry', { attempt: 2 });
    parent.addLink({ context: { traceId: '1'.repeat(32), spanId: '2'.repeat(16), traceFlags: 1 } });
    parent.setStatus({ code: SpanStatusCode.ERROR, message: 'no' });
    tracer.startSpan('child').end();
    parent.end();
    return parent.spanContext().traceId;
  });
}

const post = (body: Uint8Array, headers: Record<string, string>) =>
  fetch(`${receiver.url}/v1/traces`, { method: 'POST', body: Buffer.from(body), headers });

describe('the OTLP receiver', () => {
  it.each([
    ['JSON', JsonTraceSerializer, 'application/json', false],
    ['gzipped JSON', JsonTraceSerializer, 'application/json', true],
    ['protobuf', ProtobufTraceSerializer, 'application/x-protobuf', false],
    ['gzipped protobuf', ProtobufTraceSerializer, 'application/x-protobuf', true],
  ])('reads %s as the official exporters write it', async (_name, serializer, type, gzip) => {
    const traceId = makeTrace();
    const body = serializer.serializeRequest(tracing.spans())!;
    const encoding = gzip ? { 'content-encoding': 'gzip' } : undefined;
    await post(gzip ? gzipSync(body) : body, { 'content-type': type, ...encoding });
    const [parent] = await receiver
      .expectTrace(
        traceId,
        `
      unknown_service:node: SERVER parent (error)
        unknown_service:node: INTERNAL child
      `.replaceAll('unknown_service:node', receiver.spans[0]!.service),
        { quietMs: 0 },
      )
      .then((spans) => spans.filter(({ name }) => name === 'parent'));
    expect(parent).toMatchObject({
      attributes: { text: 'ü', int: -5, float: 1.5, yes: true, list: ['a', 'b'] },
      events: [{ name: 'retry', attributes: { attempt: 2 } }],
      links: [{ traceId: '1'.repeat(32), spanId: '2'.repeat(16) }],
      statusMessage: 'no',
    });
  });

  it('shows how a trace differs from what was expected', async () => {
    const traceId = makeTrace();
    const body = JsonTraceSerializer.serializeRequest(tracing.spans())!;
    await post(body, { 'content-type': 'application/json' });
    const service = receiver.spans[0]!.service;
    const wrong = receiver.expectTrace(traceId, `${service}: SERVER parent\n  ${service}: CLIENT child`, {
      timeoutMs: 50,
    });
    await expect(wrong).rejects.toThrow(
      [`- ${service}: SERVER parent`, `-   ${service}: CLIENT child`, `+ ${service}: SERVER parent (error)`, `+   ${service}: INTERNAL child`].join('\n'), // prettier-ignore
    );
  });

  it('misbehaves on demand', async () => {
    receiver.mode = 503;
    expect((await post(Buffer.from('{}'), { 'content-type': 'application/json' })).status).toBe(503);
    receiver.mode = 'reset';
    await expect(post(Buffer.from('{}'), { 'content-type': 'application/json' })).rejects.toThrow();
  });
});
