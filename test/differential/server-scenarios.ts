/** What the server listens with: HTTP/1.1, on IPv6 too; and TLS, HTTP/2, and both of them. */
type Listener = 'http' | 'ipv6' | 'https' | 'h2c' | 'h2';

/** One connection and what goes over it. The wanted differences read from it what ours must say. */
export interface ServerScenario {
  name: string;
  /** Each part is sent once something has come back for the one before. */
  send: string[];
  /** The listener, and what is spoken to it if that is not its best: `http` unless something else is said. */
  to?: Listener;
  by?: Listener;
  /** The client goes away: when the server has taken all its requests, or when the answer begins. */
  leaves?: 'once taken' | 'at the answer';
  /** It gives up its requests of HTTP/2 and keeps the connection. */
  resets?: boolean;
  /** Milliseconds that the server takes at least. */
  lasts?: number;
  route?: string;
  /** `url.path` and `url.query`, where the official ones are not what was sent. */
  path?: string;
  query?: string;
  /** The address in the Host header, where the official believes others. */
  proxied?: { scheme: string; address: string; port: string };
  /** `error.type` of a request whose answer did not get through. */
  unanswered?: string;
  exception?: string;
  /** The trace is not the one that the client names. */
  ownTrace?: boolean;
  /** Answered before any hook of Fastify, or left out on purpose. */
  unhooked?: boolean;
}

const BAGGAGE = 'user.id=u1,secret=s1';
type Headers = Record<string, string>;

/** The bytes of a request; `{port}` and `{trace}` are filled in when they are sent. */
function ask(method: string, target: string, headers: Headers = {}, body?: string): string {
  const length: Headers = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
  const all: Headers = { host: '127.0.0.1:{port}', traceparent: '{trace}', connection: 'close', ...length, ...headers };
  const lines = Object.entries(all).filter(([, value]) => value !== '');
  return `${method} ${target} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${body ?? ''}`;
}
const get = (target: string, headers?: Headers) => ask('GET', target, headers);
const KEEP = { connection: 'keep-alive' };
const JSON_BODY = { 'content-type': 'application/json' };

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE', 'QUERY', 'PROPFIND'];
const CODES = [201, 204, 304, 400, 401, 404, 500, 503];
const status = { route: '/status/:code' };

export const SERVER_SCENARIOS: ServerScenario[] = [
  ...METHODS.map((method) => ({ name: `method ${method}`, send: [ask(method, '/status/200')], ...status })),
  ...CODES.map((code) => ({ name: `status ${code}`, send: [get(`/status/${code}`)], ...status })),
  { name: 'unknown route', send: [get('/nowhere/at/all')] },
  { name: 'unknown route and method', send: [ask('PROPFIND', '/nowhere')] },
  { name: 'exception', send: [get('/breaks')], route: '/breaks', exception: 'TypeError: it broke' },
  { name: 'refusal', send: [get('/refuses')], route: '/refuses' },
  { name: 'user agent', send: [get('/status/200', { 'user-agent': 'test/1.0' })], ...status },
  { name: 'slow answer', send: [get('/slow/100')], route: '/slow/:ms', lasts: 100 },
  { name: 'outgoing call', send: [get('/calls')], route: '/calls' },

  // Context
  { name: 'body', send: [ask('POST', '/context', JSON_BODY, '{"a":1}')], route: '/context' },
  { name: 'body in parts', send: [ask('POST', '/context', { ...JSON_BODY, 'transfer-encoding': 'chunked', expect: '100-continue' }), '7\r\n{"a":1}\r\n0\r\n\r\n'], route: '/context' }, // prettier-ignore
  { name: 'broken body', send: [ask('POST', '/context', JSON_BODY, '{"a":')], route: '/context' },
  {
    name: 'body of an unknown type',
    send: [ask('POST', '/context', { 'content-type': 'a/b' }, 'x')],
    route: '/context',
  },
  { name: 'body too large', send: [ask('POST', '/context', { ...JSON_BODY, 'content-length': '2000000' })], route: '/context' }, // prettier-ignore
  { name: 'baggage', send: [get('/context', { baggage: BAGGAGE })], route: '/context' },
  { name: 'tracestate', send: [get('/context', { tracestate: 'a=1,b=2' })], route: '/context' },
  { name: 'no traceparent', send: [get('/context?none=1', { traceparent: '' })], route: '/context', ownTrace: true, query: 'none=1' }, // prettier-ignore
  { name: 'invalid traceparent', send: [get('/context?invalid=1', { traceparent: '00-zz-yy-01' })], route: '/context', ownTrace: true, query: 'invalid=1' }, // prettier-ignore

  // Ends other than an answer
  { name: 'client leaves before the answer', send: [get('/hangs')], route: '/hangs', leaves: 'once taken', unanswered: 'client_disconnected' }, // prettier-ignore
  { name: 'client leaves within the answer', send: [get('/streams')], route: '/streams', leaves: 'at the answer', unanswered: 'client_disconnected' }, // prettier-ignore
  { name: 'client leaves a large answer within the answer', send: [get('/much')], route: '/much', leaves: 'at the answer', unanswered: 'client_disconnected' }, // prettier-ignore
  { name: 'client leaves within its body', send: [ask('POST', '/context', { ...JSON_BODY, 'content-length': '99' }, '{')], route: '/context', leaves: 'once taken', unanswered: 'client_disconnected' }, // prettier-ignore
  { name: 'answer breaks off', send: [get('/streams-and-breaks')], route: '/streams-and-breaks', unanswered: 'server_disconnected' }, // prettier-ignore
  {
    name: 'server destroys the socket',
    send: [get('/destroys')],
    route: '/destroys',
    unanswered: 'server_disconnected',
  },

  // Connections
  { name: 'keep-alive', send: [get('/status/200', KEEP), get('/status/200', KEEP), get('/status/200')], ...status },
  { name: 'pipelining', send: [get('/slow/30', KEEP) + get('/slow/1')], route: '/slow/:ms' },
  { name: 'client leaves a pipeline', send: [get('/hangs', KEEP) + get('/hangs')], route: '/hangs', leaves: 'once taken', unanswered: 'client_disconnected' }, // prettier-ignore
  { name: 'expect 100-continue', send: [ask('POST', '/context', { ...JSON_BODY, expect: '100-continue' , 'content-length': '7' }), '{"a":1}'], route: '/context' }, // prettier-ignore
  { name: 'expect something else', send: [get('/status/200', { expect: 'the-unexpected' })], unhooked: true },
  { name: '103 early hints', send: [get('/hints')], route: '/hints' },
  { name: 'upgrade', send: [get('/upgrades', { connection: 'upgrade', upgrade: 'other' })] },
  { name: 'CONNECT', send: [ask('CONNECT', 'example.com:443')] },
  { name: 'IPv6', send: [get('/status/200', { host: '[::1]:{port}' })], to: 'ipv6', ...status },
  { name: 'IPv6 without a port', send: [get('/status/200', { host: '[::1]' })], to: 'ipv6', ...status },
  { name: 'host without a port', send: [get('/status/200', { host: 'api.example.com' })], ...status },
  { name: 'HTTP/1.0', send: ['GET /status/200 HTTP/1.0\r\ntraceparent: {trace}\r\n\r\n'], ...status },

  // TLS
  { name: 'TLS', send: [get('/status/200')], to: 'https', ...status },
  { name: 'TLS, exception', send: [get('/breaks')], to: 'https', route: '/breaks', exception: 'TypeError: it broke' },
  { name: 'TLS, host without a port', send: [get('/status/200', { host: 'api.example.com' })], to: 'https', ...status },
  { name: 'TLS, client leaves before the answer', send: [get('/hangs')], to: 'https', route: '/hangs', leaves: 'once taken', unanswered: 'client_disconnected' }, // prettier-ignore
  { name: 'TLS, server destroys the socket', send: [get('/destroys')], to: 'https', route: '/destroys', unanswered: 'server_disconnected' }, // prettier-ignore
  { name: 'TLS, malformed', send: ['GET\r\n\r\n'], to: 'https', unhooked: true },
  { name: 'no TLS where it is spoken', send: [get('/status/200')], to: 'https', by: 'http', unhooked: true },

  // HTTP/2
  { name: 'HTTP/1.1 where HTTP/2 is spoken', send: [get('/status/200')], to: 'h2', by: 'https', ...status },
  ...(['h2c', 'h2'] as const).flatMap(
    (to) =>
      [
        ...[200, 204, 404, 503].map((code) => ({ name: `${to}, status ${code}`, send: [get(`/status/${code}`)], to, ...status })), // prettier-ignore
        { name: `${to}, exception`, send: [get('/breaks')], to, route: '/breaks', exception: 'TypeError: it broke' },
        { name: `${to}, host without a port`, send: [get('/status/200', { host: 'api.example.com' })], to, ...status },
        { name: `${to}, body`, send: [ask('POST', '/context', JSON_BODY, '{"a":1}')], to, route: '/context' },
        { name: `${to}, at the same time`, send: [get('/slow/30', KEEP), get('/slow/1')], to, route: '/slow/:ms' },
        { name: `${to}, 103 early hints`, send: [get('/hints')], to, route: '/hints' },
        { name: `${to}, client leaves before the answer`, send: [get('/hangs')], to, route: '/hangs', leaves: 'once taken', unanswered: 'client_disconnected' }, // prettier-ignore
        { name: `${to}, client leaves within the answer`, send: [get('/streams')], to, route: '/streams', leaves: 'at the answer', unanswered: 'client_disconnected' }, // prettier-ignore
        { name: `${to}, client resets before the answer`, send: [get('/hangs')], to, route: '/hangs', leaves: 'once taken', resets: true, unanswered: 'client_disconnected' }, // prettier-ignore
        { name: `${to}, client resets within the answer`, send: [get('/streams')], to, route: '/streams', leaves: 'at the answer', resets: true, unanswered: 'client_disconnected' }, // prettier-ignore
        { name: `${to}, client resets within its body`, send: [ask('POST', '/context', { ...JSON_BODY, 'content-length': '99' }, '{')], to, route: '/context', leaves: 'once taken', resets: true, unanswered: 'client_disconnected' }, // prettier-ignore
        { name: `${to}, client resets a large answer within the answer`, send: [get('/much')], to, route: '/much', leaves: 'at the answer', resets: true, unanswered: 'client_disconnected' }, // prettier-ignore
        { name: `${to}, answer breaks off`, send: [get('/streams-and-breaks')], to, route: '/streams-and-breaks', unanswered: 'server_disconnected' }, // prettier-ignore
        { name: `${to}, server destroys the socket`, send: [get('/destroys')], to, route: '/destroys', unanswered: 'server_disconnected' }, // prettier-ignore
        { name: `${to}, broken escape`, send: [get('/status/%zz')], to, unhooked: true },
      ] satisfies ServerScenario[],
  ),

  // Targets
  { name: 'query', send: [get('/status/200?a=b%20c&d=e+f&g')], ...status, query: 'a=b%20c&d=e+f&g' },
  { name: 'secrets in the query', send: [get('/status/200?sig=s1&access_token=s2&X-Goog-Signature=s3&q=x')], ...status, query: 'sig=REDACTED&access_token=REDACTED&X-Goog-Signature=REDACTED&q=x' }, // prettier-ignore
  { name: 'fragment', send: [get('/status/200#access_token=s1')], ...status },
  { name: 'dots', send: [get('/x/../status/200')], path: '/x/../status/200' },
  { name: 'two slashes', send: [get('//status/200')], path: '//status/200' },
  { name: 'absolute target with a password', send: [get('http://user:s1@127.0.0.1:{port}/status/200')], ...status },
  { name: 'asterisk', send: [ask('OPTIONS', '*')], path: '*' },
  { name: 'long target', send: [get(`/nowhere/${'x'.repeat(8_000)}`)] },
  { name: 'broken escape', send: [get('/status/%zz')], unhooked: true },
  { name: 'parameter too long', send: [get(`/status/${'1'.repeat(60)}`)], unhooked: true },
  { name: 'probe', send: [get('/health/live?of=orchestrator')], unhooked: true },

  // Malformed
  { name: 'broken request line', send: ['GET\r\n\r\n'], unhooked: true },
  { name: 'method that no parser knows', send: [ask('BREW', '/status/200')], unhooked: true },
  { name: 'header too large', send: [get('/status/200', { x: 'x'.repeat(20_000) })], unhooked: true },
  { name: 'no host', send: [get('/status/200', { host: '' })], unhooked: true },

  // Behind proxies that nobody has said to trust
  { name: 'X-Forwarded-For', send: [get('/status/200', { 'x-forwarded-for': '10.9.8.7, 10.1.1.1', 'x-forwarded-host': 'example.com', 'x-forwarded-proto': 'https' })], ...status, proxied: { scheme: 'http', address: '127.0.0.1', port: '{port}' } }, // prettier-ignore
  { name: 'Forwarded', send: [get('/status/200', { forwarded: 'for=10.9.8.7;host=example.com;proto=https' })], ...status, proxied: { scheme: 'http', address: '127.0.0.1', port: '{port}' } }, // prettier-ignore
];
