import type { ServerScenario } from './server-scenarios.js';
import { type Difference, each } from './wanted.js';

const server = (change: Parameters<typeof each<ServerScenario>>[1]) => each<ServerScenario>('SERVER', change);

export const SERVER_DIFFERENCES: Difference<ServerScenario>[] = [
  {
    name: 'no span for probes',
    change: (spans) => spans.splice(0, spans.length, ...spans.filter(({ attributes }) => attributes['url.path'] !== '/health/live')), // prettier-ignore
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
    name: 'baggage as attributes',
    change: (spans, { name }) => {
      if (name === 'baggage') for (const { attributes } of spans) attributes['user.id'] = 'u1';
    },
  },
];
