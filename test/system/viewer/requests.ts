import { type Bag, client, server, statement, type Step } from './step.ts';

/** The one user whose home timeline is slow. */
export const SLOW_USER = 'u-7';

/** One request of the system: mostly home timelines, some searches of which a third fails, some reads and posts. */
export function request(chance: () => number): Step {
  const kind = chance();
  const user = `u-${1 + Math.floor(chance() * 12)}`;
  const stretch = 0.7 + chance() * chance() * 2.4;
  const visitor: Visitor = { user, agent: chance() < 0.5 ? 'curl/8.14' : 'Mozilla/5.0 (X11; Linux x86_64)' };
  if (kind < 0.62) return home(visitor, stretch);
  if (kind < 0.78) return search(visitor, stretch, chance() < 0.3);
  return kind < 0.93 ? byHandle(visitor, stretch) : create(visitor, stretch);
}

interface Visitor {
  readonly user: string;
  readonly agent: string;
}

const served = ({ user, agent }: Visitor, method: string, route: string, status: number, port: number): Bag => ({
  'user.id': user,
  'user_agent.original': agent,
  'http.request.method': method,
  'http.route': route,
  'http.response.status_code': status,
  'url.scheme': 'http',
  'url.path': route,
  'server.address': 'localhost',
  'server.port': port,
});

const called = ({ user }: Visitor, method: string, url: string): Bag => ({
  'user.id': user,
  'http.request.method': method,
  'url.full': url,
});

const completed = ({ user }: Visitor, status: number): Step['log'] => ({
  level: status >= 500 ? 'error' : 'info',
  body: 'request completed',
  attributes: { 'http.response.status_code': status, 'user.id': user },
});

function home(visitor: Visitor, stretch: number): Step {
  const slow = visitor.user === SLOW_USER;
  const query = (slow ? 210 : 3.1) * stretch;
  const rest = (ms: number) => query + ms * stretch;
  const warning = {
    level: 'warn',
    body: 'slow query: a user who follows many',
    attributes: { 'user.id': visitor.user },
  } as const;
  const activities = server('user-activities', 'GET /activities', {
    at: 0.5,
    ms: rest(5.6),
    attributes: served(visitor, 'GET', '/activities', 200, 4569),
    log: slow ? warning : completed(visitor, 200),
    steps: [
      statement(0.7, 0.6 * stretch, 'SELECT users', 'SELECT uuid, handle FROM users WHERE uuid = ANY($1)'),
      statement(
        0.7 + 0.9 * stretch,
        query,
        'SELECT activities',
        'SELECT * FROM activities WHERE user_uuid = ANY($1) AND expires_at > now() ORDER BY created_at DESC LIMIT $2',
      ),
    ],
  });
  const load: Step = {
    service: 'home-activities',
    name: 'load home timeline',
    kind: 'internal',
    at: 0.4,
    ms: rest(10.4),
    attributes: { 'user.id': visitor.user, 'cruddur.activities.count': 40 },
    steps: [
      client('home-activities', 'GET', {
        at: 0.8,
        ms: rest(7.6),
        attributes: called(visitor, 'GET', 'http://localhost:4569/activities'),
        steps: [activities],
      }),
    ],
  };
  const timeline = server('home-activities', 'GET /timeline', {
    at: 0.6,
    ms: rest(12),
    attributes: served(visitor, 'GET', '/timeline', 200, 4568),
    log: { level: 'info', body: `loaded timeline for ${visitor.user}`, attributes: { 'activities.count': 40 } },
    steps: [load],
  });
  return server('gateway', 'GET /api/activities/home', {
    at: 0,
    ms: rest(15.4),
    attributes: served(visitor, 'GET', '/api/activities/home', 200, 4567),
    log: completed(visitor, 200),
    steps: [
      client('gateway', 'GET', {
        at: 1.1,
        ms: rest(13.4),
        attributes: called(visitor, 'GET', 'http://localhost:4568/timeline'),
        steps: [timeline],
      }),
    ],
  });
}

function search(visitor: Visitor, stretch: number, fails: boolean): Step {
  const ms = (fails ? 31 : 9) * stretch;
  const error = fails ? { error: 'canceling statement due to statement timeout' } : {};
  const answered = server('user-activities', 'GET /activities/search', {
    at: 0.5,
    ms: ms + 1,
    attributes: served(visitor, 'GET', '/activities/search', fails ? 500 : 200, 4569),
    log: completed(visitor, fails ? 500 : 200),
    steps: [
      {
        ...statement(
          0.6,
          ms * 0.8,
          'SELECT activities',
          'SELECT * FROM activities WHERE search @@ websearch_to_tsquery($1)',
        ),
        ...error,
      },
    ],
    ...error,
  });
  return server('gateway', 'GET /api/activities/search', {
    at: 0,
    ms: ms + 4,
    attributes: {
      ...served(visitor, 'GET', '/api/activities/search', fails ? 502 : 200, 4567),
      'url.query': 'term=tracing',
    },
    log: completed(visitor, fails ? 502 : 200),
    steps: [
      client('gateway', 'GET', {
        at: 0.8,
        ms: ms + 2.2,
        attributes: called(visitor, 'GET', 'http://localhost:4569/activities/search?term=tracing'),
        steps: [answered],
        ...(fails && { error: '500' }),
      }),
    ],
    ...(fails && { error: 'user-activities answered 500' }),
  });
}

const byHandle = (visitor: Visitor, stretch: number): Step =>
  direct(
    visitor,
    'GET',
    '/api/activities/@:handle',
    200,
    5 * stretch,
    statement(0.9, 3 * stretch, 'SELECT activities', 'SELECT * FROM activities WHERE handle = $1'),
  );

const create = (visitor: Visitor, stretch: number): Step =>
  direct(
    visitor,
    'POST',
    '/api/activities',
    201,
    14 * stretch,
    statement(0.9, 9.8 * stretch, 'INSERT activities', 'INSERT INTO activities (user_uuid, message) VALUES ($1, $2)'),
  );

/** A request that the gateway passes straight on to user-activities. */
function direct(visitor: Visitor, method: string, route: string, status: number, ms: number, query: Step): Step {
  const answered = server('user-activities', `${method} /activities`, {
    at: 0.5,
    ms: ms + 2.2,
    attributes: served(visitor, method, '/activities', status, 4569),
    log: completed(visitor, status),
    steps: [query],
  });
  return server('gateway', `${method} ${route}`, {
    at: 0,
    ms: ms + 6,
    attributes: served(visitor, method, route, status, 4567),
    log: completed(visitor, status),
    steps: [
      client('gateway', method, {
        at: 1,
        ms: ms + 4,
        attributes: called(visitor, method, 'http://localhost:4569/activities'),
        steps: [answered],
      }),
    ],
  });
}

/** A batch job with very many spans: pages of a hundred statements each. */
export function batch(spans: number): Step {
  const pages = Math.max(1, Math.round(spans / 100));
  const each = Math.floor(spans / pages) - 1;
  const page = (number: number): Step => ({
    service: 'home-activities',
    name: `rebuild page ${number}`,
    kind: 'internal',
    at: number * 10,
    ms: 9.8,
    steps: Array.from({ length: each }, (_, i) =>
      statement(i * (9.6 / each), 8 / each, 'SELECT page', 'SELECT * FROM activities LIMIT $1'),
    ),
  });
  return {
    service: 'home-activities',
    name: 'rebuild timelines',
    kind: 'internal',
    at: 0,
    ms: pages * 10,
    steps: Array.from({ length: pages }, (_, number) => page(number)),
  };
}
