import { request as httpRequest } from 'node:http';
import { gzipSync } from 'node:zlib';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createApp } from './create-app.js';
import { Intake } from './receiver/intake.js';
import { InThreadStore } from './store/in-thread-store.js';
import { decode, encode } from './testing/otlp-proto.js';
import { bytes, hexId, logsRequest, otlpSpan, temporaryDirectory, tracesRequest } from './testing/requests.js';
import { loadConfig } from './trace-viewer.config.js';

const PROTOBUF = 'application/x-protobuf';
const JSON_TYPE = 'application/json';

let base: string;
let app: NestFastifyApplication;
let store: InThreadStore;
let temporary: ReturnType<typeof temporaryDirectory>;

beforeAll(async () => {
  temporary = temporaryDirectory();
  const page = join(temporary.directory, 'page');
  mkdirSync(join(page, 'assets'), { recursive: true });
  writeFileSync(join(page, 'index.html'), '<!doctype html><title>viewer</title>');
  writeFileSync(join(page, 'assets', 'index-abc.js'), 'void 0;');
  const config = loadConfig({
    VIEWER_DATA_DIR: join(temporary.directory, 'data'),
    VIEWER_QUERIES_DIR: join(temporary.directory, 'queries'),
    VIEWER_PAGE_DIR: page,
    VIEWER_ALLOWED_HOSTS: 'viewer.internal',
  });
  store = await InThreadStore.open({ directory: config.dataDir, memoryLimitMb: 128, maxAgeHours: 24, maxBytes: 1e9 });
  app = await createApp(config, store);
  await app.listen(0, '127.0.0.1');
  base = (await app.getUrl()).replace('[::1]', '127.0.0.1');
});
afterAll(async () => {
  await app.close();
  await store.close();
  temporary.remove();
});

async function post(path: string, body: Uint8Array | string, headers: Record<string, string> = {}) {
  const response = await fetch(base + path, { method: 'POST', body: body as string | Buffer, headers });
  return { status: response.status, headers: response.headers, body: Buffer.from(await response.arrayBuffer()) };
}
const json = { 'content-type': JSON_TYPE };
const protobuf = { 'content-type': PROTOBUF };
const get = async (path: string, headers = {}) => {
  const response = await fetch(base + path, { headers });
  return { status: response.status, headers: response.headers, body: await response.text() };
};

/** fetch sets Host itself. */
function getAs(headers: Record<string, string>, path = '/api/traces'): Promise<number> {
  return new Promise((resolve, reject) => {
    httpRequest(base + path, { headers }, (response) => {
      response.resume();
      resolve(response.statusCode!);
    })
      .on('error', reject)
      .end();
  });
}

describe('POST /v1/traces', () => {
  it.each([
    ['JSON', json, bytes({}), '{}'],
    ['protobuf', protobuf, Buffer.alloc(0), ''],
  ])('answers an empty request with an empty response, %s', async (_what, headers, body, empty) => {
    const response = await post('/v1/traces', body, headers);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe(headers['content-type']);
    expect(response.body.toString()).toBe(empty);
  });

  it('takes gzip, and says in the encoding of the request what it could not store', async () => {
    const spans = [otlpSpan(), otlpSpan({ spanId: '' })];
    const response = await post('/v1/traces', gzipSync(bytes(tracesRequest(spans))), {
      ...json,
      'content-encoding': 'gzip',
    });
    expect(response.status).toBe(200);
    expect(JSON.parse(response.body.toString())).toEqual({
      partialSuccess: { rejectedSpans: '1', errorMessage: 'span_id must be 8 bytes, not all zero' },
    });
    const request = encode('TracesRequest', { resourceSpans: [{ scopeSpans: [{ spans: [{ name: 'no ids' }] }] }] });
    const answer = decode('Response', (await post('/v1/traces', request, protobuf)).body);
    expect(answer).toMatchObject({ partialSuccess: { rejected: '1' } });
  });

  it.each([
    [
      '400 for a truncated body',
      400,
      encode('TracesRequest', { resourceSpans: [{ schemaUrl: 'x'.repeat(50) }] }).subarray(0, 20),
      {},
    ],
    ['400 for what is not gzip', 400, Buffer.from('plain'), { 'content-encoding': 'gzip' }],
    ['415 for an unknown Content-Encoding', 415, Buffer.alloc(1), { 'content-encoding': 'zip' }],
    ['413 for a gzip bomb', 413, gzipSync(Buffer.alloc(65 * 1024 * 1024)), { 'content-encoding': 'gzip' }],
    ['413 for a body over the limit', 413, Buffer.alloc(64 * 1024 * 1024 + 1), {}],
  ])('answers %s as a Status in protobuf', async (_what, status, body, headers) => {
    const response = await post('/v1/traces', body, { ...protobuf, ...headers });
    expect(response.status).toBe(status);
    expect(response.headers.get('content-type')).toBe(PROTOBUF);
    expect(decode('RpcStatus', response.body)['message']).toEqual(expect.any(String));
  });

  it('answers 400 for bad JSON without quoting it, and 415 for another type', async () => {
    const response = await post('/v1/traces', '{"password": oops', json);
    expect([response.status, response.body.toString()]).toEqual([
      400,
      '{"code":3,"message":"the body is not valid JSON"}',
    ]);
    expect((await post('/v1/traces', 'x', { 'content-type': 'text/plain' })).status).toBe(415);
  });

  it('answers 429 with Retry-After when the queue is full, 503 when it is stopping', async () => {
    const intake = app.get(Intake);
    const release = intake.reserve(1e12)!;
    const full = await post('/v1/traces', bytes(tracesRequest([otlpSpan()])), json);
    release();
    expect([full.status, full.headers.get('retry-after')]).toEqual([429, '1']);
    intake.closing = true;
    const stopping = await post('/v1/traces', bytes({}), json);
    const ready = await get('/health/ready');
    intake.closing = false;
    expect([ready.status, ready.body]).toEqual([503, '{"status":"draining"}']);
    expect([stopping.status, stopping.headers.get('retry-after')]).toEqual([503, '1']);
    expect((await post('/v1/traces', bytes({}), json)).status).toBe(200);
  });
});

describe('POST /v1/logs and /v1/metrics', () => {
  it('takes logs, and says that metrics are dropped', async () => {
    expect((await post('/v1/logs', bytes(logsRequest([{ body: { stringValue: 'x' } }])), json)).status).toBe(200);
    const metrics = { resourceMetrics: [{ scopeMetrics: [{ metrics: [{ sum: { dataPoints: [{}, {}] } }] }] }] };
    const response = await post('/v1/metrics', bytes(metrics), json);
    expect(JSON.parse(response.body.toString())).toMatchObject({ partialSuccess: { rejectedDataPoints: '2' } });
    expect((await post('/v1/metrics', Buffer.from([0xff]), protobuf)).status).toBe(400);
  });
});

describe('the API', () => {
  it('gives a trace sent a moment ago, and 404 for none', async () => {
    const span = otlpSpan();
    await post('/v1/traces', bytes(tracesRequest([span])), json);
    await store.call('flush');
    const found = await get(`/api/traces/${String(span['traceId'])}`);
    expect(JSON.parse(found.body)).toMatchObject({ spans: [{ span_id: span['spanId'] }] });
    expect(found.headers.get('cache-control')).toBe('no-store');
    const missing = await get(`/api/traces/${hexId(16)}`);
    expect(missing.status).toBe(404);
    expect(missing.headers.get('content-type')).toContain('application/problem+json');
  });

  it.each([
    ['/api/traces?limit=0', 400, 'limit'],
    ['/api/traces?colour=red', 400, 'colour'],
    ['/api/traces?before=yesterday', 400, 'before'],
    ['/api/traces?after=2026-13-99T00:00:00Z', 422, 'after'],
    ['/api/columns/values?column=nope', 422, 'column'],
  ])('names what is wrong with %s', async (path, status, field) => {
    const response = await get(path);
    expect([response.status, JSON.parse(response.body).errors[0].path]).toEqual([status, field]);
  });

  it.each([
    [{ calculations: [{ op: 'MEDIAN' }] }, 'calculations[0].op'],
    [{ calculations: [{ op: 'CONCURRENCY', column: 'name' }] }, 'calculations[0].column'],
    [{ filters: [{ column: 'name', op: 'like', value: 'x' }] }, 'filters[0].op'],
    [{ formulas: [] }, 'formulas'],
    [{ filters: [{ column: 'name', op: 'in', value: 'x' }] }, 'filters[0].value'],
    [{ time_range: 1, start_time: 1, end_time: 2 }, 'time_range'],
  ])('answers 422 that names the unsupported part of %j', async (spec, path) => {
    const response = await post('/api/query', bytes(spec));
    expect(response.status).toBe(422);
    expect(JSON.parse(response.body.toString()).errors[0].path).toBe(path);
  });

  it('saves queries as files, under plain names only', async () => {
    const put = (slug: string) =>
      fetch(`${base}/api/queries/${slug}`, { method: 'PUT', body: JSON.stringify({ name: 'Mine', query: {} }) });
    expect((await put('mine')).status).toBe(204);
    expect((await put('..%2Fmine')).status).toBe(400);
    expect(JSON.parse((await get('/api/queries')).body)).toMatchObject({ queries: [{ slug: 'mine', name: 'Mine' }] });
    expect(readFileSync(join(temporary.directory, 'queries', 'mine.json'), 'utf8')).toContain('"Mine"');
    expect((await fetch(`${base}/api/queries/mine`, { method: 'DELETE' })).status).toBe(204);
    expect((await fetch(`${base}/api/queries/mine`, { method: 'DELETE' })).status).toBe(404);
  });

  it('streams the traces that come in', async () => {
    const abort = new AbortController();
    const response = await fetch(`${base}/api/stream`, { signal: abort.signal });
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    const span = otlpSpan();
    let received = '';
    let sent = false;
    while (!received.includes(String(span['traceId']))) {
      received += (await reader.read()).value ?? '';
      if (!sent && received.includes('event: status')) {
        sent = true;
        await post('/v1/traces', bytes(tracesRequest([span])), json);
      }
    }
    expect(received).toContain('event: traces');
    abort.abort();
  });

  it('describes every route in OpenAPI', async () => {
    const document = JSON.parse((await get('/api/openapi.json')).body) as { openapi: string; paths: object };
    expect(document.openapi).toBe('3.1.0');
    const routes = readFileSync('docs/viewer-api.md', 'utf8').matchAll(/^\| `(?:GET|POST|PUT) (\/api\/[^`?]+)/gm);
    for (const [, path] of routes) expect(Object.keys(document.paths)).toContain(path);
  });
});

describe('requests from elsewhere', () => {
  it.each([
    [{ host: 'evil.example' }, 403],
    [{ host: 'localhost.evil.example:4318' }, 403],
    [{ host: 'localhost:4318' }, 200],
    [{ host: '[::1]:4318' }, 200],
    [{ host: 'viewer.internal' }, 200],
    [{ host: 'localhost', origin: 'http://evil.example' }, 403],
    [{ host: 'localhost', origin: 'null' }, 403],
    [{ host: 'localhost:4318', origin: 'http://localhost:3000' }, 403],
    [{ host: 'localhost:4318', origin: 'http://localhost:4318' }, 200],
    [{ host: 'localhost', 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'no-cors' }, 403],
  ])('with %j are answered %d', async (headers, status) => {
    expect(await getAs(headers as unknown as Record<string, string>)).toBe(status);
  });
});

describe('the page', () => {
  it('is served with its headers, at any address it may know', async () => {
    for (const path of ['/', '/traces/0af7651916cd43dd8448eb211c80319c', '/query?x=1']) {
      const { status, headers, body } = await get(path);
      expect([status, body]).toEqual([200, '<!doctype html><title>viewer</title>']);
      expect(headers.get('cache-control')).toBe('no-cache');
      expect(headers.get('content-security-policy')).toContain("default-src 'self'");
    }
    const asset = await get('/assets/index-abc.js');
    expect(asset.headers.get('cache-control')).toContain('immutable');
    const etag = asset.headers.get('etag')!;
    expect((await get('/assets/index-abc.js', { 'if-none-match': etag })).status).toBe(304);
  });

  it.each(['/assets/missing.js', '/..%2f..%2fpackage.json', '/api/nothing', '/v1/traces'])(
    'has nothing at %s',
    async (path) => {
      expect((await get(path)).status).toBe(404);
    },
  );
});
