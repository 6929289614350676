import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { describe, expect, it } from '@jest/globals';
import { LoggerProvider } from '@opentelemetry/sdk-logs';
import { type LogRecord, trace } from '@opentelemetry/api';
import { LogOutput } from './log-output.js';
import { createLogger } from './logger.js';
import { OtlpLogBridge, readLogProcessors } from './otlp-logs.js';

function setUp() {
  const emitted: LogRecord[] = [];
  const bridge = new OtlpLogBridge({ emit: (record: LogRecord) => void emitted.push(record), enabled: () => true });
  const output = new LogOutput({ write: () => {} });
  output.attach(bridge.sink);
  return { emitted, bridge, logger: createLogger({ OTEL_SERVICE_NAME: 'gateway' }, output) };
}

describe('OtlpLogBridge', () => {
  it('does nothing while a line is written', () => {
    const { emitted, bridge, logger } = setUp();
    logger.info('hello');
    expect(emitted).toEqual([]);
    bridge.flush();
    expect(emitted).toHaveLength(1);
  });

  it('keeps time, severity, body, fields and trace context', () => {
    const { emitted, bridge, logger } = setUp();
    logger.warn({ route: '/x', trace_id: '1'.repeat(32), span_id: '2'.repeat(16), trace_flags: '01' }, 'slow');
    bridge.flush();
    const [record] = emitted;
    expect(record).toMatchObject({
      severityNumber: 13,
      severityText: 'warn',
      body: 'slow',
      attributes: { route: '/x' },
    });
    expect(record?.attributes).not.toHaveProperty('trace_id');
    expect(trace.getSpanContext(record!.context!)).toMatchObject({ traceId: '1'.repeat(32), spanId: '2'.repeat(16) });
    expect(Math.abs((record!.timestamp as Date).getTime() - Date.now())).toBeLessThan(60_000);
  });

  it('names an exception as the conventions do', () => {
    const { emitted, bridge, logger } = setUp();
    logger.error({ err: new TypeError('no') }, 'failed');
    bridge.flush();
    expect(emitted[0]?.attributes).toMatchObject({ 'exception.type': 'TypeError', 'exception.message': 'no' });
  });

  it('passes on a line that is not JSON', () => {
    const { emitted, bridge } = setUp();
    bridge.sink('plain text\n');
    bridge.flush();
    expect(emitted[0]?.body).toBe('plain text');
  });

  it('holds a bounded number of lines and says how many it dropped', () => {
    const { emitted, bridge } = setUp();
    for (let i = 0; i < 10_005; i++) bridge.sink('{}');
    bridge.flush();
    expect(emitted).toHaveLength(10_001);
    expect(emitted.at(-1)?.body).toBe('5 log lines were dropped');
  });
});

describe('readLogProcessors', () => {
  it.each([
    [{}, 0],
    [{ OTEL_LOGS_EXPORTER: 'none' }, 0],
    [{ OTEL_LOGS_EXPORTER: 'otlp' }, 1],
  ])('%j makes %d', (env, count) => {
    expect(readLogProcessors(env, [])).toHaveLength(count);
  });

  it('says what it cannot do, or does not understand', () => {
    const problems: string[] = [];
    const env = { OTEL_LOGS_EXPORTER: 'otlp', OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc', OTEL_BLRP_SCHEDULE_DELAY: 'soon' };
    readLogProcessors(env, problems);
    expect(problems).toEqual([
      'log records are not sent by grpc: using http/json',
      'OTEL_BLRP_SCHEDULE_DELAY is not a positive whole number: using 1000',
    ]);
  });

  it('sends all of a burst of lines', async () => {
    let received = 0;
    const server = createServer((request, response) => {
      void buffer(request).then((body) => {
        received += body.toString().split('"timeUnixNano"').length - 1;
        response.setHeader('content-type', 'application/json').end('{}');
      });
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    process.env.OTEL_EXPORTER_OTLP_ENDPOINT = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    try {
      const env = { OTEL_LOGS_EXPORTER: 'otlp', OTEL_BLRP_SCHEDULE_DELAY: '10' };
      const provider = new LoggerProvider({ processors: readLogProcessors(env, []) });
      const bridge = new OtlpLogBridge(provider.getLogger('test'));
      for (let i = 0; i < 5_000; i++) bridge.sink(`{"time":"2026-01-01T00:00:00.000Z","msg":"${i}"}`);
      bridge.flush();
      await provider.shutdown();
      expect(received).toBe(5_000);
    } finally {
      delete process.env.OTEL_EXPORTER_OTLP_ENDPOINT;
      server.close();
    }
  });

  it('names an exporter that it does not know', () => {
    const problems: string[] = [];
    readLogProcessors({ OTEL_LOGS_EXPORTER: 'syslog' }, problems);
    expect(problems.join()).toContain('syslog');
  });
});
