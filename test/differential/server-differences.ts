import type { ServerScenario } from './server-scenarios.js';
import { CALL_DIFFERENCES } from './client-differences.js';
import { type Difference, each, makeSpan } from './wanted.js';

const server = (change: Parameters<typeof each<ServerScenario>>[1]) => each<ServerScenario>('SERVER', change);

export const SERVER_DIFFERENCES: Difference<ServerScenario>[] = [
  ...CALL_DIFFERENCES,
  {
    name: 'no span for probes',
    change: (outcome) => {
      outcome.spans = outcome.spans.filter(({ attributes }) => attributes['url.path'] !== '/health/live');
    },
  },
  {
    name: 'what Node answers itself',
    change: ({ spans }, { name }) => {
      if (name !== 'no host' && name !== 'expect something else') return;
      const ofHost = name === 'no host' ? {} : { 'server.address': '127.0.0.1', 'server.port': '{port}' };
      const attributes = {
        'client.address': '127.0.0.1',
        'http.request.method': 'GET',
        'http.response.status_code': name === 'no host' ? 400 : 417,
        'network.peer.address': '127.0.0.1',
        'network.peer.port': 'number',
        'network.protocol.version': '1.1',
        'url.path': '/status/200',
        'url.scheme': 'http',
        ...ofHost,
      };
      spans.push(makeSpan({ name: 'GET', kind: 'SERVER', under: 'remote', attributes }));
    },
  },
  {
    name: 'traceresponse',
    change: (outcome, { unhooked }) => {
      if (unhooked) return;
      const header = 'traceresponse: 00-{trace}-{SERVER}-01\r\n';
      outcome.wire = outcome.wire.map((answer) => answer.replace(/HTTP\/[\d.]+ [2-5].*\r\n/g, `$&${header}`));
    },
  },
  {
    name: 'unknown methods are called HTTP',
    change: server((span) => {
      if (span.attributes['http.request.method'] === '_OTHER') span.name = 'HTTP';
    }),
  },
  {
    name: 'the route, from the start',
    change: server((span, { route }) => {
      const own = span.under.endsWith('CLIENT') ? '/status/:code' : route;
      if (own === undefined) return;
      span.name += ` ${own}`;
      span.attributes['http.route'] = own;
    }),
  },
  {
    name: 'the path as it was sent',
    change: server((span, { path }) => {
      if (path !== undefined) span.attributes['url.path'] = path;
    }),
  },
  {
    name: 'the query as it was sent, without secrets',
    change: server((span, { query }) => {
      if (query !== undefined) span.attributes['url.query'] = query;
    }),
  },
  {
    name: 'only trusted proxies are believed',
    change: server((span, { proxied }) => {
      if (!proxied) return;
      span.attributes['client.address'] = span.attributes['network.peer.address'];
      span.attributes['server.address'] = proxied.address;
      span.attributes['server.port'] = proxied.port;
    }),
  },
  {
    name: 'IPv6 addresses without brackets',
    change: server(({ attributes }) => {
      if (attributes['server.address'] === '[::1]') attributes['server.address'] = '::1';
    }),
  },
  {
    name: 'an answer that did not get through',
    change: server((span, { unanswered }) => {
      if (unanswered === undefined) return;
      span.attributes['error.type'] = unanswered;
      if (unanswered === 'server_disconnected') span.status = 'ERROR';
    }),
  },
  {
    name: 'no status that was never sent',
    change: server(({ attributes }, { unanswered, name }) => {
      if (unanswered !== undefined && !/within the answer|breaks off/.test(name)) {
        delete attributes['http.response.status_code'];
      }
    }),
  },
  {
    name: 'the exception behind a 5xx',
    change: server((span, { exception }) => {
      if (exception === undefined) return;
      const [type, message] = exception.split(': ') as [string, string];
      span.status = `ERROR: ${message}`;
      span.attributes['error.type'] = type;
      const attributes = { 'exception.message': message, 'exception.stacktrace': exception, 'exception.type': type };
      span.events.push({ name: 'exception', attributes });
    }),
  },
  {
    name: 'baggage that is allowed',
    change: (outcome, { name }) => {
      if (name !== 'baggage') return;
      outcome.wire = outcome.wire.map((answer) => answer.replace('38', '26').replace(',"secret=s1"', ''));
    },
  },
  {
    name: 'baggage as attributes',
    change: ({ spans }, { name }) => {
      if (name === 'baggage') for (const { attributes } of spans) attributes['user.id'] = 'u1';
    },
  },
  {
    name: 'HTTP/2',
    change: (outcome, { to, by = to, unhooked }) => {
      if (by !== 'h2c' && by !== 'h2') return;
      if (unhooked) outcome.spans = [];
      for (const { kind, attributes } of outcome.spans) {
        if (kind === 'SERVER') attributes['network.protocol.version'] = '2';
      }
    },
  },
];
