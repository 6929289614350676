import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { context, createTraceState, propagation, trace } from '@opentelemetry/api';
import { suppressTracing } from '@opentelemetry/core';
import {
  Agent,
  Client,
  type Dispatcher,
  Pool,
  ProxyAgent,
  RetryAgent,
  fetch,
  interceptors,
  request,
  upgrade,
} from 'undici';
import { withOutboundCall } from '@cruddur/telemetry';

/** Where the upstream listens, in this run. */
export interface Where {
  url: string;
  ipv6: string;
  /** HTTP/1.1 over TLS, HTTP/2, and HTTP/2 over TLS. */
  https: string;
  h2c: string;
  h2: string;
  /** `http://` address on which nobody listens. */
  nobody: string;
  /** The certificate, to be trusted. */
  ca: string;
}

/** One or several calls, made within a span of the caller. The wanted differences read from it what ours must say. */
export interface ClientScenario {
  name: string;
  call(where: Where): Promise<unknown>;
  /** Milliseconds that the calls take at least, all together. */
  lasts?: number;
  /** `url.full`, where the official one is not what it must be; `{port}` stands for the upstream's. */
  url?: string;
  /** `error.type` and message of a call that the caller gave up. */
  givenUp?: [type: string, message: string];
}

/** No connection outlives its scenario. */
async function using<T extends Dispatcher>(dispatcher: T, use: (dispatcher: T) => Promise<unknown>) {
  try {
    return await use(dispatcher);
  } finally {
    await dispatcher.destroy();
  }
}
type Options = NonNullable<Parameters<typeof request>[1]>;
const askBy = (by: Dispatcher, url: string, options: Options = {}) =>
  using(by, async (dispatcher) => {
    const { statusCode, body } = await request(url, { dispatcher, ...options });
    return `${statusCode} ${await body.text()}`;
  });
const ask = (url: string, options: Options = {}, agent: Agent.Options = {}) => askBy(new Agent(agent), url, options);
const askFor = (client: Dispatcher, origin: string, path: string) =>
  client.request({ origin, path, method: 'GET' }).then(({ body }) => body.text());
const failing = (code: string): Agent.Options => ({
  connect: { lookup: (host, _options, done) => done(Object.assign(new Error(`lookup ${code} ${host}`), { code }), '', 4) }, // prettier-ignore
});
const trusting = ({ ca }: Where, servername?: string) => ({ connect: { ca, servername } });
const speaking = (by: 'h2c' | 'h2', where: Where) => ({ allowH2: true, useH2c: by === 'h2c', ...trusting(where) });
/** Aborts a moment after the request for this path has been sent, or its answer has begun. */
const abortAt = (event: 'undici:client:sendHeaders' | 'undici:request:headers', path: string) => {
  const controller = new AbortController();
  const listen = (message: unknown) => {
    if ((message as { request: { path: string } }).request.path !== path) return;
    unsubscribe(event, listen);
    setTimeout(() => controller.abort(), 60);
  };
  subscribe(event, listen);
  return controller.signal;
};
const abortWhenSent = (path: string) => abortAt('undici:client:sendHeaders', path);
const abortWithin = (path: string) => abortAt('undici:request:headers', path);
const within = <T>(change: (active: ReturnType<typeof context.active>) => typeof active, run: () => T) => context.with(change(context.active()), run); // prettier-ignore

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE', 'QUERY', 'PROPFIND', 'get'];
const CODES = [200, 204, 304, 400, 404, 418, 500, 503];
const ABORTED: [string, string] = ['AbortError', 'This operation was aborted'];

export const CLIENT_SCENARIOS: ClientScenario[] = [
  ...METHODS.map((method) => ({
    name: `method ${method}`,
    call: ({ url }: Where) => ask(`${url}/status/200`, { method: method as 'GET' }),
  })),
  ...CODES.map((code) => ({ name: `status ${code}`, call: ({ url }: Where) => ask(`${url}/status/${code}`) })),
  { name: 'fetch', call: async ({ url }) => (await fetch(`${url}/status/200`)).text() },
  { name: "Node's fetch", call: async ({ url }) => (await globalThis.fetch(`${url}/status/404`)).text() },
  { name: 'body', call: ({ url }) => ask(`${url}/echo`, { method: 'POST', body: 'text' }) },
  { name: 'slow answer', call: ({ url }) => ask(`${url}/slow/100`), lasts: 100 },
  { name: 'slow body', call: ({ url }) => ask(`${url}/slow-body/100`), lasts: 100 },
  { name: '103 early hints', call: ({ url }) => ask(`${url}/hints`) },
  { name: 'IPv6', call: ({ ipv6 }) => ask(`${ipv6}/status/200`) },
  { name: 'user agent', call: ({ url }) => ask(`${url}/status/200`, { headers: { 'user-agent': 'test/1.0' } }) },

  // Context and headers
  { name: 'tracestate', call: ({ url }) => within(withTracestate, () => ask(`${url}/status/200`)) },
  { name: 'suppressed', call: ({ url }) => within(suppressTracing, () => ask(`${url}/status/200`)) },
  { name: 'traceparent of the caller', call: ({ url }) => ask(`${url}/status/200`, { headers: { traceparent: activeTraceparent() } }) }, // prettier-ignore
  { name: 'traceparent of the caller, in capitals', call: ({ url }) => ask(`${url}/status/200`, { headers: { TraceParent: activeTraceparent() } }) }, // prettier-ignore
  { name: 'baggage for a stranger', call: ({ url }) => within(withBaggage, () => ask(`${url}/status/200`)) },
  { name: 'baggage for a neighbour', call: ({ url }) => within(withBaggage, () => withOutboundCall({ urlTemplate: '/status/{code}', neighbour: true }, () => ask(`${url}/status/200`))) }, // prettier-ignore
  { name: 'template and attempt', call: ({ url }) => withOutboundCall({ urlTemplate: '/status/{code}', resendCount: 2 }, () => ask(`${url}/status/200`)) }, // prettier-ignore
  { name: 'at the same time', call: ({ url }) => Promise.all([1, 2, 3].map((n) => inSpan(`part ${n}`, () => ask(`${url}/slow/${n}0`)))) }, // prettier-ignore

  // Several requests
  {
    name: 'keep-alive',
    call: ({ url }) =>
      using(new Client(url), (client) => inTurn(client, url, ['/status/200', '/status/404', '/status/200'])),
  },
  { name: 'pipelining', call: ({ url }) => using(new Client(url, { pipelining: 3 }), (client) => Promise.all(['/slow/40', '/status/200', '/status/404'].map((path) => askFor(client, url, path)))) }, // prettier-ignore
  { name: 'queued in a pool', call: ({ url }) => using(new Pool(url, { connections: 1 }), (pool) => Promise.all([1, 2, 3].map((n) => inSpan(`part ${n}`, () => askFor(pool, url, `/slow/${n}0`))))) }, // prettier-ignore
  { name: 'redirect', call: async ({ url }) => (await fetch(`${url}/redirects`)).text() },
  { name: 'redirect by an interceptor', call: ({ url }) => askBy(new Agent().compose(interceptors.redirect({ maxRedirections: 2 })), `${url}/redirects`) }, // prettier-ignore
  { name: 'circle of redirects', call: ({ url }) => fetch(`${url}/circles`) },
  { name: 'retries', call: ({ url }) => askBy(new RetryAgent(new Agent(), { minTimeout: 20, timeoutFactor: 1 }), `${url}/recovers/${trace.getActiveSpan()!.spanContext().traceId}`), lasts: 40 }, // prettier-ignore

  // Proxies and other protocols
  { name: 'proxy by a tunnel', call: ({ url }) => askBy(new ProxyAgent({ uri: url, proxyTunnel: true }), `${url}/status/200`) }, // prettier-ignore
  { name: 'proxy without a tunnel', call: ({ url }) => askBy(new ProxyAgent({ uri: url, proxyTunnel: false }), `${url}/status/200`) }, // prettier-ignore
  { name: 'proxy that refuses', call: ({ url }) => askBy(new ProxyAgent({ uri: url, proxyTunnel: true }), `http://refused.test:81/`), givenUp: ['UND_ERR_ABORTED', 'Proxy response (403) !== 200 when HTTP Tunneling'] }, // prettier-ignore
  { name: 'CONNECT', call: ({ url }) => using(new Agent(), async (dispatcher) => void (await dispatcher.connect({ origin: url, path: new URL(url).host })).socket.destroy()) }, // prettier-ignore
  { name: 'upgrade', call: ({ url }) => using(new Agent(), async (dispatcher) => void (await upgrade(`${url}/up`, { dispatcher, protocol: 'other' })).socket.destroy()) }, // prettier-ignore
  { name: 'upgrade refused', call: ({ url }) => using(new Agent(), (dispatcher) => upgrade(`${url}/status/404`, { dispatcher, protocol: 'other' })) }, // prettier-ignore
  { name: "Node's WebSocket", call: ({ url }) => once(new WebSocket(`${url.replace('http', 'ws')}/up`), 'close').then(() => 'closed') }, // prettier-ignore

  // TLS
  { name: 'TLS', call: (where) => ask(`${where.https}/status/200`, {}, trusting(where)) },
  { name: 'TLS, fetch', call: (where) => using(new Agent(trusting(where)), (dispatcher) => fetch(`${where.https}/status/404`, { dispatcher })) }, // prettier-ignore
  { name: 'TLS, connection cut', call: (where) => ask(`${where.https}/breaks`, {}, trusting(where)) },
  { name: 'TLS, to the usual port', call: () => ask('https://unknown.test/', {}, failing('ENOTFOUND')) },
  { name: 'TLS, certificate that is not trusted', call: ({ https }) => ask(`${https}/status/200`) },
  { name: "TLS, certificate of another name", call: (where) => ask(`${where.https}/status/200`, {}, trusting(where, 'elsewhere.test')) }, // prettier-ignore
  { name: "TLS, certificate that Node's fetch does not trust", call: ({ https }) => globalThis.fetch(`${https}/status/200`) }, // prettier-ignore
  { name: 'TLS where none is spoken', call: (where) => ask(`${where.url.replace('http', 'https')}/status/200`, {}, trusting(where)) }, // prettier-ignore
  { name: 'no TLS where it is spoken', call: ({ https }) => ask(`${https.replace('https', 'http')}/status/200`) },

  // HTTP/2
  ...http2Scenarios('h2c'),
  ...http2Scenarios('h2'),
  { name: 'h2 where HTTP/1.1 is spoken', call: (where) => ask(`${where.https}/status/200`, {}, speaking('h2', where)) },
  { name: 'HTTP/1.1 where h2 is spoken', call: (where) => ask(`${where.h2}/status/200`, {}, { allowH2: false, ...trusting(where) }) }, // prettier-ignore

  // URLs
  { name: 'secrets in the query', call: ({ url }) => ask(`${url}/status/200?sig=s1&access_token=s2&q=x`), url: 'http://127.0.0.1:{port}/status/200?sig=REDACTED&access_token=REDACTED&q=x' }, // prettier-ignore
  { name: 'password in the URL', call: ({ url }) => ask(`${url.replace('//', '//user:s1@')}/status/200`) },
  { name: 'password in the URL of fetch', call: ({ url }) => fetch(`${url.replace('//', '//user:s1@')}/status/200`) },
  { name: 'password before an absolute path', call: ({ url }) => using(new Agent(), (agent) => askFor(agent, url, 'http://user:s1@elsewhere.test/status/200')), url: 'http://REDACTED:REDACTED@elsewhere.test/status/200' }, // prettier-ignore
  { name: 'fragment', call: ({ url }) => ask(`${url}/status/200#access_token=s1`) },
  { name: 'long URL', call: ({ url }) => ask(`${url}/echo/${'x'.repeat(8_000)}`) },
  { name: 'two slashes', call: ({ url }) => ask(`${url}//status/200`), url: 'http://127.0.0.1:{port}//status/200' },
  { name: 'path that is no URL', call: ({ url }) => ask(url, { path: '//[' } as Options), url: 'http://127.0.0.1:{port}//[' }, // prettier-ignore

  // Failures
  { name: 'nobody listens', call: ({ nobody }) => ask(nobody) },
  { name: 'nobody listens, either way', call: ({ nobody }) => ask(nobody.replace('127.0.0.1', 'localhost')) },
  { name: 'unknown host', call: () => ask('http://unknown.test/', {}, failing('ENOTFOUND')) },
  { name: 'DNS failure', call: () => ask('http://somewhere.test/', {}, failing('EAI_AGAIN')) },
  { name: 'fetch of an unknown host', call: () => using(new Agent(failing('ENOTFOUND')), (dispatcher) => fetch('http://unknown.test/', { dispatcher })) }, // prettier-ignore
  { name: 'connection cut', call: ({ url }) => ask(`${url}/breaks`) },
  { name: 'connection cut within the body', call: ({ url }) => ask(`${url}/breaks-within`) },
  { name: 'answer that is no HTTP', call: ({ url }) => ask(`${url}/no-http`) },
  { name: 'headers timeout', call: ({ url }) => ask(`${url}/hangs`, { headersTimeout: 100 }), lasts: 100 },
  { name: 'body timeout', call: ({ url }) => ask(`${url}/hangs-within`, { bodyTimeout: 100 }), lasts: 100 },
  {
    name: 'aborted',
    call: ({ url }) => ask(`${url}/hangs/1`, { signal: abortWhenSent('/hangs/1') }),
    lasts: 50,
    givenUp: ABORTED,
  },
  { name: 'aborted within the body', call: ({ url }) => ask(`${url}/hangs-within/1`, { signal: abortWithin('/hangs-within/1') }), lasts: 50, givenUp: ['UND_ERR_ABORTED', 'Request aborted'] }, // prettier-ignore
  { name: 'fetch aborted', call: ({ url }) => fetch(`${url}/hangs/2`, { signal: abortWhenSent('/hangs/2') }), lasts: 50, givenUp: ABORTED }, // prettier-ignore
  { name: 'AbortSignal.timeout', call: ({ url }) => ask(`${url}/hangs`, { signal: AbortSignal.timeout(500) }), lasts: 400 }, // prettier-ignore
  { name: 'fetch with AbortSignal.timeout', call: ({ url }) => fetch(`${url}/hangs`, { signal: AbortSignal.timeout(500) }), lasts: 400 }, // prettier-ignore
  { name: 'body given up', call: ({ url }) => using(new Agent(), (agent) => giveUpBody(agent, url)), givenUp: ['UND_ERR_ABORTED', 'Request aborted'] }, // prettier-ignore
  { name: 'client destroyed', call: ({ url }) => destroyed(new Client(url), url) },
];

function http2Scenarios(by: 'h2c' | 'h2'): ClientScenario[] {
  const agent = (where: Where) => new Agent(speaking(by, where));
  const client = (where: Where) => new Client(where[by], speaking(by, where));
  const get = (path: string, options?: Options) => (where: Where) => askBy(agent(where), where[by] + path, options);
  const [hangs, hangsWithin] = [`/hangs/${by}`, `/hangs-within/${by}`];
  const scenarios: ClientScenario[] = [
    ...[200, 204, 404, 503].map((code) => ({ name: `status ${code}`, call: get(`/status/${code}`) })),
    { name: 'fetch', call: (where) => using(agent(where), async (dispatcher) => (await fetch(`${where[by]}/status/200`, { dispatcher })).text()) }, // prettier-ignore
    { name: 'body', call: get('/echo', { method: 'POST', body: 'text' }) },
    { name: 'slow body', call: get('/slow-body/100'), lasts: 100 },
    { name: '103 early hints', call: get('/hints') },
    { name: 'traceparent of the caller', call: (where) => get('/status/200', { headers: { traceparent: activeTraceparent() } })(where) }, // prettier-ignore
    { name: 'at the same time', call: (where) => using(client(where), (dispatcher) => Promise.all(['/slow/40', '/status/200', '/status/404'].map((path) => askFor(dispatcher, where[by], path)))) }, // prettier-ignore
    { name: 'server goes away', call: (where) => using(client(where), (dispatcher) => inTurn(dispatcher, where[by], ['/goes-away', '/status/200'])) }, // prettier-ignore
    { name: 'connection cut', call: get('/breaks') },
    { name: 'connection cut within the body', call: get('/breaks-within') },
    { name: 'request refused', call: get('/resets') },
    { name: 'headers timeout', call: get('/hangs', { headersTimeout: 100 }), lasts: 100 },
    { name: 'body timeout', call: get('/hangs-within', { bodyTimeout: 100 }), lasts: 100 },
    { name: 'aborted', call: (where) => get(hangs, { signal: abortWhenSent(hangs) })(where), lasts: 50, givenUp: ABORTED }, // prettier-ignore
    { name: 'aborted within the body', call: (where) => get(hangsWithin, { signal: abortWithin(hangsWithin) })(where), lasts: 50, givenUp: ['UND_ERR_ABORTED', 'Request aborted'] }, // prettier-ignore
    { name: 'client destroyed', call: (where) => destroyed(client(where), where[by]) },
  ];
  return scenarios.map((scenario) => ({ ...scenario, name: `${by}, ${scenario.name}` }));
}

async function inTurn(client: Client, url: string, paths: string[]): Promise<void> {
  for (const path of paths) await askFor(client, url, path);
}

async function giveUpBody(agent: Agent, origin: string): Promise<void> {
  const { body } = await agent.request({ origin, path: '/hangs-within', method: 'GET' });
  body.on('error', () => {}).destroy();
  await sleep(20);
}

function destroyed(client: Client, url: string): Promise<unknown> {
  setTimeout(() => void client.destroy(), 500);
  return askFor(client, url, '/hangs');
}

function withTracestate(active: ReturnType<typeof context.active>) {
  const spanContext = trace.getSpanContext(active)!;
  return trace.setSpanContext(active, { ...spanContext, traceState: createTraceState('a=1,b=2') });
}

function withBaggage(active: ReturnType<typeof context.active>) {
  return propagation.setBaggage(active, propagation.createBaggage({ 'user.id': { value: 'u1' }, secret: { value: 's1' } })); // prettier-ignore
}

function inSpan<T>(name: string, run: () => Promise<T>): Promise<T> {
  return trace.getTracer('program').startActiveSpan(name, (span) => run().finally(() => span.end()));
}

function activeTraceparent(): string {
  const { traceId, spanId } = trace.getActiveSpan()!.spanContext();
  return `00-${traceId}-${spanId}-01`;
}
