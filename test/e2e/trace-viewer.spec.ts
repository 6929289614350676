import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ROOT_CONTEXT, trace as traces } from '@opentelemetry/api';
import { OTLPLogExporter as JsonLogExporter } from '@opentelemetry/exporter-logs-otlp-http';
import { OTLPLogExporter as ProtobufLogExporter } from '@opentelemetry/exporter-logs-otlp-proto';
import { CompressionAlgorithm } from '@opentelemetry/otlp-exporter-base';
import { OTLPTraceExporter as JsonExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as ProtobufExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchLogRecordProcessor, LoggerProvider } from '@opentelemetry/sdk-logs';
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';

const MAIN = 'dist/services/trace-viewer/src/main.js';

let directory: string;
let viewer: ChildProcess;

function start(onAddress?: () => void): Promise<string> {
  const env = { ...process.env, VIEWER_PORT: '0', VIEWER_HOST: '127.0.0.1', VIEWER_DATA_DIR: join(directory, 'data') };
  viewer = spawn(process.execPath, [MAIN], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  return new Promise((resolve, reject) => {
    viewer.once('exit', () => reject(new Error(`the viewer did not start: ${output}`)));
    viewer.stdout!.on('data', (chunk) => {
      output += String(chunk);
      const address = /listening on (http:[^"]+)/.exec(output)?.[1];
      if (address === undefined) return;
      onAddress?.();
      resolve(address);
    });
  });
}

async function stop(signal: NodeJS.Signals): Promise<number | null> {
  if (viewer.exitCode !== null || viewer.signalCode !== null) return viewer.exitCode;
  viewer.kill(signal);
  await once(viewer, 'exit');
  return viewer.exitCode;
}

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'trace-viewer-e2e-'));
});
afterEach(async () => {
  await stop('SIGKILL');
  rmSync(directory, { recursive: true, force: true });
});

const getJson = async (url: string) => (await fetch(url)).json() as Promise<Record<string, never>>;

async function eventually<T>(read: () => Promise<T | null>): Promise<T> {
  for (;;) {
    const value = await read();
    if (value !== null) return value;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function span() {
  const ns = BigInt(Date.now()) * 1_000_000n;
  const ids = { traceId: randomBytes(16).toString('hex'), spanId: randomBytes(8).toString('hex') };
  return { ...ids, name: 'work', kind: 1, startTimeUnixNano: `${ns}`, endTimeUnixNano: `${ns + 1000n}` };
}

async function send(base: string, spans: object[]): Promise<number> {
  const body = JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans }] }] });
  return (await fetch(`${base}/v1/traces`, { method: 'POST', headers: { 'content-type': 'application/json' }, body }))
    .status;
}

describe('the trace viewer as a process', () => {
  it.each([
    ['JSON', JsonExporter],
    ['protobuf', ProtobufExporter],
  ])("takes what OpenTelemetry's own trace exporter sends, %s with gzip", async (_what, Exporter) => {
    const base = await start();
    const exporter = new Exporter({ url: `${base}/v1/traces`, compression: CompressionAlgorithm.GZIP });
    const provider = new TracerProvider({
      resource: resourceFromAttributes({ 'service.name': 'official' }),
      spanProcessors: [new BatchSpanProcessor({ exporter })],
    });
    const sent = provider.getTracer('test').startSpan('GET /', { attributes: { n: 1, ratio: 0.5, list: ['a', 'b'] } });
    sent.addEvent('cache miss', { key: 'k' });
    sent.end();
    await provider.forceFlush();
    await provider.shutdown();
    const trace = await eventually(async () => {
      const response = await fetch(`${base}/api/traces/${sent.spanContext().traceId}`);
      return response.ok ? ((await response.json()) as { spans: unknown[] }) : null;
    });
    expect(trace.spans).toMatchObject([
      {
        service: 'official',
        name: 'GET /',
        attributes: { n: 1, ratio: 0.5, list: ['a', 'b'] },
        events: [{ name: 'cache miss', attributes: { key: 'k' } }],
      },
    ]);
  });

  it.each([
    ['JSON', JsonLogExporter],
    ['protobuf', ProtobufLogExporter],
  ])("takes what OpenTelemetry's own log exporter sends, %s with gzip", async (_what, Exporter) => {
    const base = await start();
    const exporter = new Exporter({ url: `${base}/v1/logs`, compression: CompressionAlgorithm.GZIP });
    const provider = new LoggerProvider({
      resource: resourceFromAttributes({ 'service.name': 'official' }),
      processors: [new BatchLogRecordProcessor({ exporter })],
    });
    const ids = { traceId: randomBytes(16).toString('hex'), spanId: randomBytes(8).toString('hex') };
    const logger = provider.getLogger('test');
    logger.emit({
      timestamp: new Date('2026-11-21T04:13:12.345Z'),
      severityNumber: 13,
      severityText: 'warn',
      body: 'slow query',
      attributes: { n: 1, ratio: 0.5, ok: true, list: ['a', 'b'], nested: { key: 'k' } },
      context: traces.setSpanContext(ROOT_CONTEXT, { ...ids, traceFlags: 1 }),
    });
    logger.emit({ body: { structured: ['x', 2] }, timestamp: new Date('2026-11-21T04:13:11Z') });
    await provider.forceFlush();
    await provider.shutdown();
    const logs = await eventually(async () => {
      const { logs } = (await getJson(`${base}/api/logs`)) as unknown as { logs: unknown[] };
      return logs.length > 0 ? logs : null;
    });
    expect(logs).toMatchObject([
      {
        time: '2026-11-21T04:13:12.345000000Z',
        trace_id: ids.traceId,
        span_id: ids.spanId,
        service: 'official',
        level: 'warn',
        body: 'slow query',
        attributes: { n: 1, ratio: 0.5, ok: true, list: ['a', 'b'], nested: { key: 'k' } },
      },
      { trace_id: null, span_id: null, service: 'official', level: null, body: '{"structured":["x",2]}' },
    ]);
  });

  it('keeps on SIGTERM all that it accepted', async () => {
    let base = await start();
    expect(await send(base, Array.from({ length: 500 }, span))).toBe(200);
    expect(await stop('SIGTERM')).toBe(0);
    base = await start();
    expect(await getJson(`${base}/api/status`)).toMatchObject({ spans: 500, unclean_stop: null });
  });

  it('stops in order when the signal comes as soon as it says that it listens', async () => {
    for (let round = 0; round < 8; round++) {
      await start(() => viewer.kill('SIGTERM'));
      await once(viewer, 'exit');
      expect([viewer.exitCode, viewer.signalCode]).toEqual([0, null]);
    }
  });

  it('does not wait on SIGTERM for a request that never ends', async () => {
    const { hostname, port } = new URL(await start());
    const socket = connect(Number(port), hostname);
    socket.on('error', () => {});
    socket.write(
      'POST /v1/traces HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{',
    );
    await once(socket, 'connect');
    expect(await stop('SIGTERM')).toBe(0);
    socket.destroy();
  });

  it('killed while ingesting starts again, has all but the last second, and says so', async () => {
    let before = 0;
    for (let round = 0; round < 4; round++) {
      const base = await start();
      const accepted: { at: number; count: number }[] = [];
      let killed = false;
      const sending = Array.from({ length: 3 }, async () => {
        while (!killed) {
          const spans = Array.from({ length: 100 }, span);
          const status = await send(base, spans).catch(() => 0);
          if (status === 200) accepted.push({ at: performance.now(), count: spans.length });
        }
      });
      await new Promise((resolve) => setTimeout(resolve, 1200 + Math.random() * 600));
      const at = performance.now();
      await stop('SIGKILL');
      killed = true;
      await Promise.all(sending);
      const status = await getJson(`${await start()}/api/status`);
      const safe = accepted.filter((batch) => batch.at < at - 1000).reduce((sum, { count }) => sum + count, 0);
      expect(safe).toBeGreaterThan(0);
      expect(Number(status['spans']) - before).toBeGreaterThanOrEqual(safe);
      expect(status['unclean_stop']).not.toBeNull();
      before = Number(status['spans']);
      await stop('SIGTERM');
    }
  }, 60_000);

  it('says which variable is wrong', async () => {
    const env = { ...process.env, VIEWER_PORT: 'many', VIEWER_DATA_DIR: directory };
    viewer = spawn(process.execPath, [MAIN], { env, stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    viewer.stdout!.on('data', (chunk) => (output += String(chunk)));
    await once(viewer, 'exit');
    expect(viewer.exitCode).toBe(1);
    expect(output).toContain('VIEWER_PORT');
  });
});
