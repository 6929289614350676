import { afterEach, describe, expect, it } from '@jest/globals';
import { type OtlpReceiver, startOtlpReceiver } from '@cruddur/telemetry/testing';
import { Neighbour, json } from '../support/neighbour.js';
import { ServiceProcess } from '../support/service-process.js';

const HOME = '/api/activities/home';
const page = { activities: [], next_cursor: null, degraded: false };
// Made up here: the right shape, no key of anybody's.
const HONEYCOMB_KEY = `hcxik_${'0'.repeat(58)}`;
const OFTEN = { OTEL_BSP_SCHEDULE_DELAY: '20', OTEL_EXPORTER_OTLP_TIMEOUT: '300', OTEL_BSP_EXPORT_TIMEOUT: '400' };

interface LogsRequest {
  resourceLogs: { scopeLogs: { logRecords: { body: { stringValue: string } }[] }[] }[];
}

const open: { stop(): Promise<unknown> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.stop();
});

async function receiver(port?: number): Promise<OtlpReceiver> {
  const started = await startOtlpReceiver(port);
  open.push({ stop: () => started.close() });
  return started;
}

async function gateway(env: Record<string, string>): Promise<{ process: ServiceProcess; url: string }> {
  const home = await Neighbour.start(json(200, page));
  const process = new ServiceProcess('gateway', { env: { HOME_ACTIVITIES_URL: home.origin, ...OFTEN, ...env } });
  open.push({ stop: () => process.kill() }, { stop: () => home.stop() });
  return { process, url: await process.listening() };
}

/** @returns the statuses of `count` requests */
async function load(url: string, count: number): Promise<number[]> {
  const statuses: number[] = [];
  for (let i = 0; i < count; i++) statuses.push((await fetch(url + HOME)).status);
  return statuses;
}

const ok = (count: number) => new Array<number>(count).fill(200);
const warnings = (process: ServiceProcess) =>
  process.log.filter(({ msg }) => /a destination (does not take|takes) spans/.test(String(msg)));
const until = async (what: string, done: () => boolean) => {
  const deadline = Date.now() + 15_000;
  while (!done()) {
    if (Date.now() > deadline) throw new Error(`waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};

describe('a backend that does not take spans', () => {
  it.each(['hang', 'reset', 429, 503] as const)(
    '(%s) fails no request, is named once, and gets every span later',
    async (mode) => {
      const backend = await receiver();
      backend.mode = mode;
      const { process, url } = await gateway({
        OTEL_TRACES_EXPORTER: 'otlp',
        OTEL_EXPORTER_OTLP_ENDPOINT: backend.url,
      });
      expect(await load(url, 20)).toEqual(ok(20));
      await until('the warning', () => warnings(process).length === 1);
      expect(await load(url, 20)).toEqual(ok(20));
      backend.mode = 'take';
      await backend.waitFor('80 spans', () => backend.spans.length === 80, 15_000);
      await until('the good news', () => warnings(process).length === 2);
      expect(warnings(process)).toEqual([
        expect.objectContaining({ level: 'warn', destination: `otlp (${backend.url}/v1/traces)` }),
        expect.objectContaining({ level: 'info', spans_dropped: 0 }),
      ]);
      expect(new Set(backend.spans.map(({ spanId }) => spanId)).size).toBe(80);
    },
  );

  it('(absent at first) gets the spans once it is there', async () => {
    const first = await startOtlpReceiver();
    const port = Number(new URL(first.url).port);
    await first.close();
    const { process, url } = await gateway({ OTEL_TRACES_EXPORTER: 'otlp', OTEL_EXPORTER_OTLP_ENDPOINT: first.url });
    expect(await load(url, 10)).toEqual(ok(10));
    await until('the warning', () => warnings(process).length === 1);
    const backend = await receiver(port);
    await backend.waitFor('20 spans', () => backend.spans.length === 20, 15_000);
  });

  it('(refusing for good) costs what it refused, and says how much', async () => {
    const backend = await receiver();
    backend.mode = 401;
    const { process, url } = await gateway({ OTEL_TRACES_EXPORTER: 'otlp', OTEL_EXPORTER_OTLP_ENDPOINT: backend.url });
    expect(await load(url, 5)).toEqual(ok(5));
    await until('the warning', () => warnings(process).length === 1);
    process.signal('SIGTERM');
    expect(await process.exited).toBe(0);
    const lost = process.log.find(({ msg }) => String(msg).includes('were not delivered'));
    expect(lost?.spans_dropped).toBe(10);
  });

  it('(hanging) does not keep the service from stopping', async () => {
    const backend = await receiver();
    backend.mode = 'hang';
    const { process, url } = await gateway({ OTEL_TRACES_EXPORTER: 'otlp', OTEL_EXPORTER_OTLP_ENDPOINT: backend.url });
    await load(url, 3);
    process.signal('SIGTERM');
    expect(await process.exited).toBe(0);
  });

  it('keeps at most OTEL_BSP_MAX_QUEUE_SIZE spans, the oldest ones', async () => {
    const backend = await receiver();
    backend.mode = 503;
    const limit = { OTEL_BSP_MAX_QUEUE_SIZE: '10', OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '10' };
    const { process, url } = await gateway({
      OTEL_TRACES_EXPORTER: 'otlp',
      OTEL_EXPORTER_OTLP_ENDPOINT: backend.url,
      ...limit,
    });
    expect(await load(url, 30)).toEqual(ok(30));
    backend.mode = 'take';
    await until('the good news', () => warnings(process).length === 2);
    expect(warnings(process)[1]).toMatchObject({ spans_kept: 10, spans_dropped: 50 });
    expect(backend.spans).toHaveLength(10);
  });
});

describe('protocols', () => {
  it.each([
    ['http/json', 'application/json'],
    ['http/protobuf', 'application/x-protobuf'],
  ])('%s, gzipped, with the headers of the environment', async (protocol, type) => {
    const backend = await receiver();
    const { url } = await gateway({
      OTEL_TRACES_EXPORTER: 'otlp',
      OTEL_EXPORTER_OTLP_ENDPOINT: backend.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
      OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
      OTEL_EXPORTER_OTLP_HEADERS: 'x-team=cruddur',
    });
    await load(url, 1);
    await backend.waitFor('2 spans', () => backend.spans.length === 2);
    expect(backend.requests[0]?.headers).toMatchObject({
      'content-type': type,
      'content-encoding': 'gzip',
      'x-team': 'cruddur',
    });
  });

  it('logs follow over OTLP when OTEL_LOGS_EXPORTER asks, with the ids of the spans, and stay on stdout', async () => {
    const backend = await receiver();
    const { process, url } = await gateway({
      OTEL_TRACES_EXPORTER: 'otlp',
      OTEL_LOGS_EXPORTER: 'otlp',
      OTEL_EXPORTER_OTLP_ENDPOINT: backend.url,
      OTEL_BLRP_SCHEDULE_DELAY: '100',
    });
    await load(url, 1);
    const records = () =>
      backend.requests
        .filter(({ path }) => path === '/v1/logs')
        .flatMap(({ body }) => (JSON.parse(body.toString()) as LogsRequest).resourceLogs)
        .flatMap(({ scopeLogs }) => scopeLogs)
        .flatMap(({ logRecords }) => logRecords);
    const completed = () => records().find(({ body }) => body.stringValue === 'request completed');
    await backend.waitFor('the log record', () => completed() !== undefined && backend.spans.length === 2);
    const server = backend.spans.find(({ kind }) => kind === 'SERVER');
    expect(completed()).toMatchObject({ traceId: server?.traceId, spanId: server?.spanId, severityText: 'info' });
    await backend.waitFor('the line', () => process.log.some(({ msg }) => msg === 'request completed'));
  });

  it('metrics follow when OTEL_METRICS_EXPORTER asks', async () => {
    const backend = await receiver();
    const { url } = await gateway({
      OTEL_METRICS_EXPORTER: 'otlp',
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_EXPORTER_OTLP_ENDPOINT: backend.url,
      OTEL_METRIC_EXPORT_INTERVAL: '200',
      OTEL_METRIC_EXPORT_TIMEOUT: '150',
    });
    await load(url, 3);
    const sent = (name: string) =>
      backend.requests.some(({ path, body }) => path === '/v1/metrics' && body.includes(`"${name}"`));
    await backend.waitFor('the server durations', () => sent('http.server.request.duration'));
    await backend.waitFor('the client durations', () => sent('http.client.request.duration'));
  });
});

describe('Honeycomb', () => {
  it('gets the spans beside another backend, and neither gets the headers of the other', async () => {
    const [honeycomb, other] = [await receiver(), await receiver()];
    const { url } = await gateway({
      OTEL_TRACES_EXPORTER: 'otlp',
      OTEL_EXPORTER_OTLP_ENDPOINT: other.url,
      OTEL_EXPORTER_OTLP_HEADERS: 'x-other-team=mine',
      HONEYCOMB_API_KEY: HONEYCOMB_KEY,
      HONEYCOMB_API_ENDPOINT: honeycomb.url,
    });
    await load(url, 1);
    await honeycomb.waitFor('2 spans', () => honeycomb.spans.length === 2);
    await other.waitFor('2 spans', () => other.spans.length === 2);
    // Beside the question whose key it is, for links to the trace.
    const [sent] = honeycomb.requests.filter(({ path }) => path !== '/1/auth');
    expect(sent).toMatchObject({ path: '/v1/traces', headers: { 'x-honeycomb-team': HONEYCOMB_KEY } });
    expect(sent?.headers).not.toHaveProperty('x-honeycomb-dataset');
    expect(sent?.headers).not.toHaveProperty('x-other-team');
    expect(other.requests[0]?.headers).not.toHaveProperty('x-honeycomb-team');
  });

  it('is complete while the other backend is dead', async () => {
    const [honeycomb, other] = [await receiver(), await receiver()];
    other.mode = 'hang';
    const { url } = await gateway({
      OTEL_TRACES_EXPORTER: 'otlp',
      OTEL_EXPORTER_OTLP_ENDPOINT: other.url,
      HONEYCOMB_API_KEY: HONEYCOMB_KEY,
      HONEYCOMB_API_ENDPOINT: honeycomb.url,
    });
    await load(url, 5);
    await honeycomb.waitFor('10 spans', () => honeycomb.spans.length === 10);
  });

  it.each([
    ['no-key-at-all', 'does not look like a Honeycomb key'],
    ['0'.repeat(32), 'HONEYCOMB_DATASET'],
  ])('says at boot what is wrong with the key, without printing it', async (key, said) => {
    const { process } = await gateway({ OTEL_TRACES_EXPORTER: 'none', HONEYCOMB_API_KEY: key });
    expect(process.log).toContainEqual(expect.objectContaining({ level: 'warn', msg: expect.stringContaining(said) }));
    expect(process.stdout + process.stderr).not.toContain(key);
  });
});

describe('OTEL_SDK_DISABLED', () => {
  it('serves untraced, without a warning', async () => {
    const { process, url } = await gateway({ OTEL_SDK_DISABLED: 'true' });
    const response = await fetch(url + HOME);
    expect([response.status, response.headers.get('traceresponse')]).toEqual([200, null]);
    expect(process.log.filter(({ level }) => level === 'warn')).toEqual([]);
  });
});
