import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { context, propagation, SpanKind, trace } from '@opentelemetry/api';
import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ProblemError } from '@cruddur/contracts';
import { withBaggage } from '@cruddur/telemetry';
import { startInMemoryTracing } from '@cruddur/telemetry/testing';
import { z } from 'zod';
import { UndiciInstrumentation } from '../../telemetry/src/http/undici.instrumentation.js';
import { UpstreamFailedError, UpstreamTimeoutError, UpstreamUnavailableError } from './errors.js';
import type { UpstreamOptions } from './options.js';
import { Upstream } from './upstream.js';

const response = z.object({ greeting: z.string() });
const GREET = { method: 'GET', path: '/people/{name}/greeting', idempotent: true, response } as const;
const CREATE = { method: 'POST', path: '/greetings', idempotent: false, response } as const;
const hello = { greeting: 'hello' };

type Handler = (request: IncomingMessage, reply: ServerResponse) => void;
const json =
  (status: number, body: unknown, headers: Record<string, string> = {}): Handler =>
  (_request, reply) =>
    reply.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
const ok = json(200, hello);
const hang: Handler = () => {};
const reset: Handler = (request) => request.socket.destroy();

let server: Server;
let origin: string;
/** What the neighbour does with the next requests; the last one stays. */
let script: Handler[];
let requests: IncomingMessage[];

const tracing = startInMemoryTracing();
const undici = new UndiciInstrumentation({ baggageKeys: new Set(['user.id']) });

afterAll(async () => {
  undici.disable();
  await tracing.shutdown();
});

beforeEach(async () => {
  script = [ok];
  requests = [];
  server = createServer((request, reply) => {
    requests.push(request);
    const handler = script.length > 1 ? script.shift()! : script[0]!;
    handler(request, reply);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  tracing.reset();
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

function upstream(options: Partial<UpstreamOptions> = {}): Upstream {
  return new Upstream({ name: 'greeter', origin, timeoutMs: 1_000, retryDelayMs: 1, ...options });
}

const greet = (to: Upstream) => to.call(GREET, { params: { name: 'ada' } });

async function failure(promise: Promise<unknown>): Promise<ProblemError> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof ProblemError) return error;
  throw new Error('expected a ProblemError', { cause: error });
}

const inSpan = <T>(fn: () => Promise<T>) =>
  trace.getTracer('test').startActiveSpan('caller', async (span) => {
    try {
      return await fn();
    } finally {
      span.end();
    }
  });

describe('a request', () => {
  it('is made from the operation', async () => {
    const answer = await upstream().call(GREET, { params: { name: 'a/b ?' }, query: { x: 1, y: undefined, z: 'ä&' } });
    expect(answer).toEqual(hello);
    expect(requests[0]!.url).toBe('/people/a%2Fb%20%3F/greeting?x=1&z=%C3%A4%26');
  });

  it('carries a body as JSON, and the Idempotency-Key', async () => {
    let body = '';
    script = [(request, reply) => request.on('data', (chunk) => (body += chunk)).on('end', () => ok(request, reply))];
    await upstream().call(CREATE, { body: { to: 'ada' }, idempotencyKey: 'k1' });
    expect(body).toBe('{"to":"ada"}');
    expect(requests[0]!.headers).toMatchObject({ 'content-type': 'application/json', 'idempotency-key': 'k1' });
  });

  it('reuses connections', async () => {
    const ports = new Set<number | undefined>();
    script = [(request, reply) => (ports.add(request.socket.remotePort), ok(request, reply))];
    const neighbour = upstream();
    for (let i = 0; i < 20; i++) await greet(neighbour);
    expect(ports.size).toBeLessThan(5);
  });
});

describe('errors', () => {
  it.each([404, 409, 422])('passes on a %d with the codes that are known', async (status) => {
    script = [
      json(status, { type: 'about:blank', title: 'x', status, errors: ['handle_unknown', 'secret'], detail: 'y' }),
    ];
    const error = await failure(greet(upstream()));
    expect([error.status, error.errors, error.detail]).toEqual([
      status,
      ['handle_unknown'],
      'No user has this handle.',
    ]);
    expect(requests).toHaveLength(1);
  });

  it.each([
    [500, 502],
    [502, 502],
    [503, 503],
    [504, 504],
    [400, 502],
    [401, 502],
    [404, 502],
  ])('answers %d without a problem with %d', async (status, expected) => {
    script = [json(status, { message: 'select * from users', stack: 'at x.ts:1' })];
    const error = await failure(greet(upstream({ retries: 0 })));
    expect(error.status).toBe(expected);
    expect(JSON.stringify(error.toProblem())).not.toMatch(/select|x\.ts/);
  });

  it.each([
    ['garbage', (_request: IncomingMessage, reply: ServerResponse) => reply.end('<html>')],
    ['another shape', json(200, { greeting: 1 })],
    ['nothing', (_request: IncomingMessage, reply: ServerResponse) => reply.writeHead(204).end()],
  ] satisfies [string, Handler][])('answers %s with 502, without trying again', async (_name, handler) => {
    script = [handler];
    expect(await failure(greet(upstream()))).toBeInstanceOf(UpstreamFailedError);
    expect(requests).toHaveLength(1);
  });

  it('answers a neighbour that is not there with 502', async () => {
    server.close();
    expect((await failure(greet(upstream()))).status).toBe(502);
  });

  it('answers a neighbour that breaks off in the body with 502', async () => {
    script = [
      (request, reply) => {
        reply.writeHead(200, { 'content-length': '1000' }).write('{"greeting":');
        setTimeout(() => request.socket.destroy(), 20);
      },
    ];
    expect(await failure(greet(upstream({ retries: 0 })))).toBeInstanceOf(UpstreamFailedError);
  });

  it.each([
    ['before the headers', hang],
    ['in the body', (_request: IncomingMessage, reply: ServerResponse) => void reply.writeHead(200).write('{')],
  ] satisfies [string, Handler][])('answers a neighbour that hangs %s with 504', async (_name, handler) => {
    script = [handler];
    expect(await failure(greet(upstream({ timeoutMs: 30, retries: 0 })))).toBeInstanceOf(UpstreamTimeoutError);
  });
});

describe('retry', () => {
  it.each([
    ['a reset', reset],
    ['a 503', json(503, {})],
    ['a short Retry-After', json(503, {}, { 'retry-after': '0' })],
    ['a timeout', hang],
  ] satisfies [string, Handler][])('repeats a GET after %s', async (_name, handler) => {
    script = [handler, handler, ok];
    expect(await greet(upstream({ timeoutMs: 100 }))).toEqual(hello);
    expect(requests).toHaveLength(3);
  });

  it('gives up after the last retry', async () => {
    script = [reset];
    expect((await failure(greet(upstream()))).status).toBe(502);
    expect(requests).toHaveLength(3);
  });

  it.each([500, 502, 504])('does not repeat after a %d: the neighbour has decided', async (status) => {
    script = [json(status, {})];
    await failure(greet(upstream()));
    expect(requests).toHaveLength(1);
  });

  it('does not come before a Retry-After, and passes it on', async () => {
    script = [json(503, {}, { 'retry-after': '30' })];
    const error = await failure(greet(upstream()));
    expect(error).toBeInstanceOf(UpstreamUnavailableError);
    expect(error.retryAfterSeconds).toBe(30);
    expect(requests).toHaveLength(1);
  });

  it('repeats a POST only with an Idempotency-Key', async () => {
    script = [reset];
    await failure(upstream().call(CREATE, { body: {} }));
    expect(requests).toHaveLength(1);
    script = [reset, ok];
    expect(await upstream().call(CREATE, { body: {}, idempotencyKey: 'k1' })).toEqual(hello);
    expect(requests).toHaveLength(3);
  });

  it('stops when the budget is spent', async () => {
    script = [reset];
    const neighbour = upstream({ breakerMinimum: 1_000, breakerWindow: 1_000, retriesPerCall: 0 });
    for (let i = 0; i < 20; i++) await failure(greet(neighbour));
    expect(requests).toHaveLength(20 + 10); // the reserve
  });
});

describe('circuit breaker', () => {
  const options = { retries: 0, breakerMinimum: 3, breakerOpenMs: 60 };

  it('opens after failures, answers 503 at once, and closes when the neighbour is back', async () => {
    const neighbour = upstream(options);
    script = [reset];
    for (let i = 0; i < 3; i++) expect((await failure(greet(neighbour))).status).toBe(502);
    const error = await failure(greet(neighbour));
    expect([error.status, error.retryAfterSeconds]).toEqual([503, 1]);
    expect(requests).toHaveLength(3);
    script = [ok];
    await sleep(100);
    expect(await greet(neighbour)).toEqual(hello);
    expect(await greet(neighbour)).toEqual(hello);
  });

  it('does not open for what the caller did wrong', async () => {
    const neighbour = upstream(options);
    script = [json(404, { type: 'about:blank', title: 'x', status: 404, errors: [] })];
    for (let i = 0; i < 6; i++) expect((await failure(greet(neighbour))).status).toBe(404);
    script = [json(400, {})];
    for (let i = 0; i < 6; i++) expect((await failure(greet(neighbour))).status).toBe(502);
    script = [ok];
    expect(await greet(neighbour)).toEqual(hello);
  });
});

describe('bulkhead', () => {
  it('sheds what is too much, at once, and takes calls again afterwards', async () => {
    const waiting: ServerResponse[] = [];
    script = [(_request, reply) => void waiting.push(reply)];
    const neighbour = upstream({ maxConcurrent: 2, maxQueued: 0 });
    const calls = [greet(neighbour), greet(neighbour)];
    const error = await failure(greet(neighbour));
    expect([error.status, error.retryAfterSeconds]).toEqual([503, 1]);
    while (waiting.length < 2) await sleep(5);
    for (const reply of waiting) ok(requests[0]!, reply);
    await Promise.all(calls);
    script = [ok];
    expect(await greet(neighbour)).toEqual(hello);
  });
});

describe('the trace', () => {
  const clients = () => tracing.spans().filter(({ kind }) => kind === SpanKind.CLIENT);

  it('has a numbered client span for each attempt, all children of the caller', async () => {
    script = [reset, hang, ok];
    await inSpan(() => greet(upstream({ timeoutMs: 100 })));
    expect(clients().map(({ name }) => name)).toEqual(Array(3).fill('GET /people/{name}/greeting'));
    expect(clients().map(({ attributes }) => attributes['http.request.resend_count'])).toEqual([undefined, 1, 2]);
    expect(clients()[1]!.attributes['error.type']).toBe('timeout');
    const caller = tracing.spans().find(({ name }) => name === 'caller')!;
    for (const span of clients()) expect(span.parentSpanContext?.spanId).toBe(caller.spanContext().spanId);
  });

  it('tells the neighbour who asks', async () => {
    await inSpan(() => withBaggage({ 'user.id': 'u1', secret: 's' }, () => greet(upstream())));
    expect(requests[0]!.headers.baggage).toBe('user.id=u1');
    expect(requests[0]!.headers.traceparent).toContain(clients()[0]!.spanContext().spanId);
  });

  it('says that the circuit is open', async () => {
    script = [reset];
    const neighbour = upstream({ retries: 0, breakerMinimum: 1 });
    await failure(greet(neighbour));
    tracing.reset();
    await failure(inSpan(() => greet(neighbour)));
    expect(clients()).toEqual([]);
    const [caller] = tracing.spans();
    expect(caller!.events).toMatchObject([{ name: 'circuit open', attributes: { 'cruddur.upstream': 'greeter' } }]);
  });

  it('does not mix up calls that had to queue', async () => {
    const neighbour = upstream({ maxConcurrent: 1, maxQueued: 50 });
    await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        inSpan(() =>
          context.with(propagation.setBaggage(context.active(), propagation.createBaggage()), () =>
            neighbour
              .call(GREET, { params: { name: `n${i}` } })
              .then(() => trace.getActiveSpan()!.setAttribute('n', i)),
          ),
        ),
      ),
    );
    const callers = tracing.spans().filter(({ name }) => name === 'caller');
    expect(clients()).toHaveLength(20);
    for (const caller of callers) {
      const own = clients().filter((span) => span.parentSpanContext?.spanId === caller.spanContext().spanId);
      expect(own.map(({ attributes }) => attributes['url.full'])).toEqual([
        `${origin}/people/n${String(caller.attributes.n)}/greeting`,
      ]);
    }
  });
});
