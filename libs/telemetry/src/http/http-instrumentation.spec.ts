import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { SpanKind, SpanStatusCode, propagation, trace } from '@opentelemetry/api';
import { registerInstrumentations } from '@opentelemetry/instrumentation';
import { type FastifyInstance, fastify } from 'fastify';
import { request } from 'undici';
import { BaggageSpanProcessor } from '../baggage/baggage-span-processor.js';
import { withBaggage } from '../baggage/with-baggage.js';
import { withSpan } from '../spans/with-span.js';
import { type InMemoryTracing, startInMemoryTracing } from '../testing/index.js';
import { FastifyInstrumentation } from './fastify.instrumentation.js';
import { withOutboundCall } from './outbound-call.js';
import { UndiciInstrumentation } from './undici.instrumentation.js';

const baggageKeys = new Set(['user.id']);
const TRACE_ID = '1'.repeat(32);
const TRACEPARENT = `00-${TRACE_ID}-${'2'.repeat(16)}-01`;
const server = new FastifyInstrumentation({ trustInbound: true, baggageKeys });
const client = new UndiciInstrumentation({ baggageKeys });
let tracing: InMemoryTracing;
let apps: FastifyInstance[] = [];

beforeAll(() => {
  tracing = startInMemoryTracing(new BaggageSpanProcessor(baggageKeys));
  registerInstrumentations({ instrumentations: [server, client] });
});
afterEach(async () => {
  await Promise.all(apps.map((app) => app.close()));
  apps = [];
  tracing.reset();
  server.setConfig({ trustInbound: true, baggageKeys });
});
afterAll(async () => {
  server.disable();
  client.disable();
  await tracing.shutdown();
});

async function listen(routes: (app: FastifyInstance) => void): Promise<string> {
  const app = fastify();
  apps.push(app);
  routes(app);
  await app.listen({ host: '127.0.0.1', port: 0 });
  return `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
}

/** Server spans end a moment after the client has its answer. */
async function spans(kind: SpanKind, count = 1) {
  for (let i = 0; i < 200; i++) {
    const found = tracing.spans().filter((span) => span.kind === kind);
    if (found.length >= count) return found;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error(`no ${count} spans of kind ${SpanKind[kind]}`);
}

const get = async (url: string, headers: Record<string, string> = {}, method = 'GET') => {
  const response = await request(url, { headers, method: method as 'GET' });
  return { headers: response.headers, status: response.statusCode, body: await response.body.text() };
};

describe('server spans', () => {
  it('are named after the route and follow the semantic conventions', async () => {
    const url = await listen((app) => app.get('/activities/:uuid', () => 'ok'));
    await get(`${url}/activities/7?term=x&access_token=hunter2`, { 'user-agent': 'test' });
    const [span] = await spans(SpanKind.SERVER);
    expect(span?.name).toBe('GET /activities/:uuid');
    expect(span?.status.code).toBe(SpanStatusCode.UNSET);
    expect(span?.attributes).toMatchObject({
      'http.request.method': 'GET',
      'http.route': '/activities/:uuid',
      'http.response.status_code': 200,
      'url.path': '/activities/7',
      'url.query': 'term=x&access_token=REDACTED',
      'url.scheme': 'http',
      'server.address': '127.0.0.1',
      'server.port': Number(new URL(url).port),
      'client.address': '127.0.0.1',
      'network.protocol.version': '1.1',
      'user_agent.original': 'test',
    });
  });

  it('have no route, and no invented name, when nothing matches', async () => {
    const url = await listen(() => {});
    await get(`${url}/nowhere/at/all`);
    const [span] = await spans(SpanKind.SERVER);
    expect(span?.name).toBe('GET');
    expect(span?.attributes).not.toHaveProperty('http.route');
    expect(span?.status.code).toBe(SpanStatusCode.UNSET);
  });

  it('fail with a 5xx, not with a 4xx', async () => {
    const url = await listen((app) => app.get('/:status', (req, reply) => reply.status(Number((req.params as { status: string }).status)).send())); // prettier-ignore
    await get(`${url}/404`);
    await get(`${url}/503`);
    const found = await spans(SpanKind.SERVER, 2);
    expect(found.map((span) => [span.status.code, span.attributes['error.type']])).toEqual([
      [SpanStatusCode.UNSET, undefined],
      [SpanStatusCode.ERROR, '503'],
    ]);
  });

  it('end when the client goes away before the answer', async () => {
    const url = await listen((app) => app.get('/slow', () => new Promise(() => {})));
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.write('GET /slow HTTP/1.1\r\nhost: x\r\n\r\n');
    await new Promise((resolve) => setTimeout(resolve, 50));
    socket.destroy();
    const [span] = await spans(SpanKind.SERVER);
    expect(span?.attributes).toMatchObject({ 'error.type': 'client_disconnected' });
    expect(span?.attributes).not.toHaveProperty('http.response.status_code');
  });

  it('are made for what Fastify answers while it closes', async () => {
    const url = await listen((app) => app.get('/slow', () => new Promise((resolve) => setTimeout(resolve, 100, 'ok'))));
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    const request = `GET /slow HTTP/1.1\r\nhost: x\r\ntraceparent: ${TRACEPARENT}\r\n\r\n`;
    socket.write(request);
    await new Promise((resolve) => setTimeout(resolve, 50));
    const closed = apps.pop()!.close();
    setTimeout(() => socket.write(request), 10);
    const found = await spans(SpanKind.SERVER, 2);
    expect(found.map(({ attributes }) => attributes['http.response.status_code'])).toEqual([200, 503]);
    expect(found[1]).toMatchObject({ name: 'GET', status: { code: SpanStatusCode.ERROR }, attributes: { 'error.type': '503', 'server.address': 'x', 'server.port': 80 } }); // prettier-ignore
    expect(found[1]?.spanContext().traceId).toBe(TRACE_ID);
    await closed;
  });

  it('tell the caller the trace id in traceresponse', async () => {
    const url = await listen((app) => app.get('/', () => 'ok'));
    const { headers } = await get(url);
    const { traceId, spanId } = (await spans(SpanKind.SERVER))[0]!.spanContext();
    expect(headers.traceresponse).toBe(`00-${traceId}-${spanId}-01`);
  });

  it('are the active span of the handler, also after a body was read', async () => {
    const url = await listen((app) => app.post('/', () => trace.getActiveSpan()?.spanContext().spanId));
    const response = await request(url, { method: 'POST', body: '{"a":1}', headers: { 'content-type': 'application/json' } }); // prettier-ignore
    expect(await response.body.text()).toBe((await spans(SpanKind.SERVER))[0]?.spanContext().spanId);
  });

  it.each(['/health/live', '/health/ready?probe=1'])('are not made for %s, nor for what it causes', async (path) => {
    const url = await listen((app) => {
      app.get('/health/live', () => withSpan('check', () => 'ok'));
      app.get('/health/ready', () => withSpan('check', () => 'ok'));
    });
    const { headers } = await get(url + path);
    await get(`${url}/other`);
    await spans(SpanKind.SERVER);
    expect(headers.traceresponse).toBeUndefined();
    expect(tracing.spans().map(({ name }) => name).filter((name) => name !== 'GET')).toEqual([]); // prettier-ignore
  });

  it('name an unknown method _OTHER', async () => {
    const url = await listen((app) => app.addHttpMethod('PROPFIND').route({ method: 'PROPFIND', url: '/', handler: () => 'ok' })); // prettier-ignore
    await get(url, {}, 'PROPFIND');
    const [span] = await spans(SpanKind.SERVER);
    expect(span?.name).toBe('HTTP /');
    expect(span?.attributes).toMatchObject({
      'http.request.method': '_OTHER',
      'http.request.method_original': 'PROPFIND',
    });
  });
});

describe('trust', () => {
  const inbound = { traceparent: TRACEPARENT, baggage: 'user.id=u1,secret=s1' };
  const routes = (app: FastifyInstance) =>
    app.get('/', () => propagation.getActiveBaggage()?.getAllEntries().map(([key]) => key) ?? []); // prettier-ignore

  it("continues a trusted caller's trace and adopts allow-listed baggage only", async () => {
    const { body } = await get(await listen(routes), inbound);
    const [span] = await spans(SpanKind.SERVER);
    expect(span?.spanContext().traceId).toBe(TRACE_ID);
    expect(span?.attributes['user.id']).toBe('u1');
    expect(JSON.parse(body)).toEqual(['user.id']);
  });

  it('starts its own trace at a public edge, links the claimed parent, and adopts no baggage', async () => {
    server.setConfig({ trustInbound: false, baggageKeys });
    const { body } = await get(await listen(routes), inbound);
    const [span] = await spans(SpanKind.SERVER);
    expect(span?.parentSpanContext).toBeUndefined();
    expect(span?.spanContext().traceId).not.toBe(TRACE_ID);
    expect(span?.links.map((link) => link.context.traceId)).toEqual([TRACE_ID]);
    expect(JSON.parse(body)).toEqual([]);
  });

  it.each([
    ['no hex', '00-zz-yy-01'],
    ['all zeros', `00-${'0'.repeat(32)}-${'0'.repeat(16)}-01`],
    ['too long', TRACEPARENT.repeat(50)],
  ])('ignores a traceparent that is %s', async (_what, traceparent) => {
    await get(await listen(routes), { traceparent, tracestate: 'x=' + 'y'.repeat(10_000) });
    const [span] = await spans(SpanKind.SERVER);
    expect(span?.parentSpanContext).toBeUndefined();
  });
});

describe('client spans', () => {
  it('are made once, however often the instrumentation is enabled', async () => {
    client.enable();
    server.enable();
    await get(await listen((app) => app.get('/', () => 'ok')));
    await spans(SpanKind.SERVER);
    expect(tracing.spans()).toHaveLength(2);
  });

  it('leave a traceparent alone that the caller has set', async () => {
    const url = await listen((app) => app.get('/', (req) => req.raw.rawHeaders.filter((_, i, all) => all[i - 1] === 'traceparent'))); // prettier-ignore
    expect(JSON.parse((await get(url, { traceparent: TRACEPARENT })).body)).toEqual([TRACEPARENT]);
  });

  it('are named after the template and follow the semantic conventions', async () => {
    const url = await listen((app) => app.get('/users/7', () => 'ok'));
    const call = { urlTemplate: '/users/{id}', resendCount: 2 };
    await withOutboundCall(call, () => get(`${url}/users/7?signature=hunter2`));
    const [span] = await spans(SpanKind.CLIENT);
    expect(span?.name).toBe('GET /users/{id}');
    expect(span?.attributes).toMatchObject({
      'http.request.method': 'GET',
      'http.request.resend_count': 2,
      'http.response.status_code': 200,
      'url.full': `${url}/users/7?signature=REDACTED`,
      'url.template': '/users/{id}',
      'server.address': '127.0.0.1',
      'server.port': Number(new URL(url).port),
      'network.peer.address': '127.0.0.1',
    });
  });

  it('are the parent of the server span of the other side', async () => {
    await get(await listen((app) => app.get('/', () => 'ok')));
    const [serverSpan] = await spans(SpanKind.SERVER);
    const [clientSpan] = await spans(SpanKind.CLIENT);
    expect(serverSpan?.parentSpanContext?.spanId).toBe(clientSpan?.spanContext().spanId);
  });

  it('fail with a 4xx', async () => {
    await get(await listen(() => {}));
    const [span] = await spans(SpanKind.CLIENT);
    expect([span?.status.code, span?.attributes['error.type']]).toEqual([SpanStatusCode.ERROR, '404']);
  });

  it('carry the error code when nobody answers', async () => {
    await expect(get('http://127.0.0.1:1')).rejects.toThrow();
    const [span] = await spans(SpanKind.CLIENT);
    expect([span?.status.code, span?.attributes['error.type']]).toEqual([SpanStatusCode.ERROR, 'ECONNREFUSED']);
  });

  it('are made for the global fetch as well', async () => {
    await (await fetch(await listen((app) => app.get('/', () => 'ok')))).text();
    expect((await spans(SpanKind.CLIENT))[0]?.name).toBe('GET');
  });

  it('hand baggage to neighbours only', async () => {
    const url = await listen((app) => app.get('/', (req) => req.headers.baggage ?? 'none'));
    const call = (neighbour: boolean) =>
      withBaggage({ 'user.id': 'u1', 'not.listed': 'x' }, () =>
        withOutboundCall({ urlTemplate: '/', neighbour }, async () => (await get(url)).body),
      );
    expect(await call(true)).toBe('user.id=u1');
    expect(await call(false)).toBe('none');
  });
});

it('keeps 200 concurrent requests apart', async () => {
  const url = await listen((app) => {
    app.get('/leaf', (req) => req.headers.baggage);
    app.post('/chain/:n', async (req) => {
      const { n } = req.params as { n: string };
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 20));
      return withBaggage({ 'user.id': n }, () =>
        withOutboundCall({ urlTemplate: '/leaf', neighbour: true }, async () => (await get(`${url}/leaf`)).body),
      );
    });
  });
  const bodies = await Promise.all(
    Array.from({ length: 200 }, async (_, n) => {
      const response = await request(`${url}/chain/${n}`, { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } }); // prettier-ignore
      return response.body.text();
    }),
  );
  expect(bodies).toEqual(Array.from({ length: 200 }, (_, n) => `user.id=${n}`));
  const all = await spans(SpanKind.SERVER, 400);
  const byId = new Map(tracing.spans().map((span) => [span.spanContext().spanId, span]));
  for (const leaf of all.filter(({ name }) => name === 'GET /leaf')) {
    const clientSpan = byId.get(leaf.parentSpanContext!.spanId);
    const chain = byId.get(clientSpan!.parentSpanContext!.spanId);
    expect(chain?.attributes).toMatchObject({ 'user.id': leaf.attributes['user.id'] });
    expect(chain?.attributes['url.path']).toBe(`/chain/${String(leaf.attributes['user.id'])}`);
  }
});

it('a handler of a request with a body has what hooks have added to the context', async () => {
  const url = await listen((app) => {
    app.addHook('onRequest', (_request, _reply, done) => withBaggage({ 'user.id': 'u1' }, done));
    app.post('/', () => withSpan('work', () => 'ok'));
  });
  const response = await request(url, { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } });
  expect(await response.body.text()).toBe('ok');
  const [work] = await spans(SpanKind.INTERNAL);
  const [entry] = await spans(SpanKind.SERVER);
  expect(work?.attributes).toMatchObject({ 'user.id': 'u1' });
  expect(work?.parentSpanContext?.spanId).toBe(entry?.spanContext().spanId);
});

it('baggage does not follow a redirect to somebody else', async () => {
  const seen: unknown[] = [];
  const other = await listen((app) =>
    app.get('/', ({ headers }) => {
      seen.push(headers.baggage, typeof headers.traceparent);
      return 'ok';
    }),
  );
  const url = await listen((app) => app.get('/', (_request, reply) => reply.redirect(other)));
  const call = { urlTemplate: '/', neighbour: true };
  await withBaggage({ 'user.id': 'u1' }, () => withOutboundCall(call, async () => (await fetch(url)).text()));
  expect(seen).toEqual([undefined, 'string']);
});
