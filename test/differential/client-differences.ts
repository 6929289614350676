import type { ClientScenario } from './client-scenarios.js';
import { type Difference, each, makeSpan } from './wanted.js';

const client = (change: Parameters<typeof each<ClientScenario>>[1]) => each('CLIENT', change);

/** Those that every call shows. */
export const CALL_DIFFERENCES: Difference<unknown>[] = [
  {
    name: 'the original method only where it differs',
    change: each('CLIENT', ({ attributes }) => {
      if (attributes['http.request.method'] !== '_OTHER') delete attributes['http.request.method_original'];
    }),
  },
  {
    name: 'the URL in one attribute',
    change: each('CLIENT', ({ attributes }) => {
      for (const part of ['url.scheme', 'url.path', 'url.query']) delete attributes[part];
    }),
  },
  {
    name: 'no user agent of our own',
    change: each('CLIENT', ({ attributes }) => {
      delete attributes['user_agent.original'];
    }),
  },
];

export const CLIENT_DIFFERENCES: Difference<ClientScenario>[] = [
  ...CALL_DIFFERENCES,
  {
    name: 'the URL as it was asked for, without secrets',
    change: client(({ attributes }, { url }) => {
      if (url === undefined) return;
      attributes['url.full'] = url;
      attributes['server.address'] = /elsewhere/.test(url) ? 'elsewhere.test' : '127.0.0.1';
      attributes['server.port'] = /elsewhere/.test(url) ? 80 : '{port}';
    }),
  },
  {
    name: 'IPv6 addresses without brackets',
    change: client(({ attributes }) => {
      if (attributes['server.address'] === '[::1]') attributes['server.address'] = '::1';
    }),
  },
  {
    name: 'no exception that the caller gets anyway',
    change: client((span) => {
      span.events = span.events.filter(({ name }) => name !== 'exception');
    }),
  },
  {
    name: 'a call that was given up has failed',
    change: client((span, { givenUp }) => {
      if (!givenUp) return;
      span.attributes['error.type'] = givenUp[0];
      span.status = `ERROR: ${givenUp[1]}`;
    }),
  },
  {
    name: 'the name of a timeout, not its number',
    change: client(({ attributes }) => {
      if (attributes['error.type'] === 23) attributes['error.type'] = 'TimeoutError';
    }),
  },
  {
    name: 'the template of the path',
    change: client((span, { name }) => {
      if (!/neighbour|template/.test(name)) return;
      span.attributes['url.template'] = '/status/{code}';
      span.name += ' /status/{code}';
      if (name === 'template and attempt') span.attributes['http.request.resend_count'] = 2;
    }),
  },
  {
    name: 'methods are told apart by case',
    change: client((span, { name }) => {
      if (name !== 'method get') return;
      span.name = 'HTTP';
      Object.assign(span.attributes, { 'http.request.method': '_OTHER', 'http.request.method_original': 'get' });
    }),
  },
  {
    name: 'one traceparent',
    change: (outcome, { name }) => {
      if (name.includes('traceparent')) outcome.wire = ['traceparent: 00-{trace}-{INTERNAL}-01'];
    },
  },
  {
    name: 'baggage for neighbours only',
    change: (outcome, { name }) => {
      const allowed = name === 'baggage for a neighbour' ? ['baggage: user.id=u1'] : [];
      outcome.wire = outcome.wire.flatMap((line) => (line.startsWith('baggage: ') ? allowed : [line]));
    },
  },
  {
    name: 'baggage as attributes',
    change: ({ spans }, { name }) => {
      if (!name.startsWith('baggage')) return;
      for (const { kind, attributes } of spans) if (kind === 'CLIENT') attributes['user.id'] = 'u1';
    },
  },
  {
    name: 'a span for CONNECT',
    change: ({ spans, wire }, { name }) => {
      if (!['CONNECT', 'proxy by a tunnel', 'proxy that refuses'].includes(name)) return;
      const refused = name === 'proxy that refuses';
      const to = refused ? ['refused.test', 81] : ['127.0.0.1', '{port}'];
      const span = answered('CONNECT', refused ? 403 : 200, `http://${to.join(':')}/`);
      Object.assign(span.attributes, { 'server.address': to[0], 'server.port': to[1] });
      if (refused) Object.assign(span, { status: 'ERROR' }).attributes['error.type'] = '403';
      spans.push(span);
      wire.push('traceparent: 00-{trace}-{CLIENT}-01');
    },
  },
  {
    name: "the end of an upgrade by Node's own undici",
    change: (outcome, { name }) => {
      if (name !== "Node's WebSocket") return;
      outcome.spans.push(answered('GET', 101, 'http://127.0.0.1:{port}/up'));
      outcome.wire = ['traceparent: 00-{trace}-{CLIENT}-01'];
    },
  },
  {
    name: 'a span, whatever the path',
    change: ({ spans, wire }, { name }) => {
      if (name !== 'path that is no URL') return;
      spans.push(answered('GET', 200, 'http://127.0.0.1:{port}//['));
      wire.push('traceparent: 00-{trace}-{CLIENT}-01');
    },
  },
];

function answered(method: string, statusCode: number, url: string) {
  const attributes = {
    'http.request.method': method,
    'http.response.status_code': statusCode,
    'network.peer.address': '127.0.0.1',
    'network.peer.port': '{port}',
    'network.protocol.version': '1.1',
    'server.address': '127.0.0.1',
    'server.port': '{port}',
    'url.full': url,
  };
  return makeSpan({ name: method, kind: 'CLIENT', under: 'remote > caller', attributes });
}
