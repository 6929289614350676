import { randomBytes } from 'node:crypto';

/**
 * Believable traces of the system as OTLP JSON: gateway -> home-activities -> user-activities -> PostgreSQL, with
 * log lines, a slow user, failing searches and links. The same seed gives the same traffic.
 */
export interface TrafficOptions {
  readonly count: number;
  /** Epoch milliseconds; requests are spread evenly over the time before it. */
  readonly until: number;
  readonly overMs: number;
  readonly seed?: number;
}

type Scalar = string | number | boolean;
type Bag = Record<string, Scalar>;
type Service = 'gateway' | 'home-activities' | 'user-activities';

const KIND = { internal: 1, server: 2, client: 3, producer: 4, consumer: 5 } as const;
const LEVELS = { info: 9, warn: 13, error: 17 } as const;

interface SpanDraft {
  readonly service: Service;
  readonly spanId: string;
  readonly body: Record<string, unknown>;
}
interface Collected {
  spans: SpanDraft[];
  logs: { service: Service; body: Record<string, unknown> }[];
}
interface Step {
  readonly service: Service;
  readonly name: string;
  readonly kind: keyof typeof KIND;
  /** Milliseconds after the start of the parent. */
  readonly at: number;
  readonly ms: number;
  readonly attributes?: Bag;
  readonly error?: string;
  readonly log?: { level: keyof typeof LEVELS; body: string; attributes?: Bag };
  readonly steps?: readonly Step[];
}

/** Small, fast and good enough for test traffic (mulberry32). */
function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const db = (at: number, ms: number, name: string, text: string): Step => ({
  service: 'user-activities',
  name,
  kind: 'client',
  at,
  ms,
  attributes: {
    'db.system.name': 'postgresql',
    'db.namespace': 'user_activities',
    'db.query.text': text,
    'db.operation.name': 'SELECT',
  },
});

function request(kind: number, chance: () => number): Step {
  const user = `u-${1 + Math.floor(chance() * 12)}`;
  const slow = user === 'u-7';
  const jitter = 0.7 + chance() * chance() * 2.4;
  const base = { 'user.id': user, 'server.address': 'localhost', 'server.port': 4567, 'url.scheme': 'http' };
  const ua = chance() < 0.5 ? 'curl/8.14' : 'Mozilla/5.0 (X11; Linux x86_64)';
  const http = (route: string, path: string, status: number, method = 'GET'): Bag => ({
    ...base,
    'http.request.method': method,
    'http.route': route,
    'url.path': path,
    'http.response.status_code': status,
    'user_agent.original': ua,
  });
  const done = (status: number): Step['log'] => ({
    level: status >= 500 ? 'error' : 'info',
    body: 'request completed',
    attributes: { 'http.response.status_code': status, 'user.id': user },
  });
  if (kind < 0.62) {
    const query = (slow ? 210 : 3.1) * jitter;
    const users = query + 3.4 * jitter;
    return {
      service: 'gateway',
      name: 'GET /api/activities/home',
      kind: 'server',
      at: 0,
      ms: users + 12 * jitter,
      attributes: http('/api/activities/home', '/api/activities/home', 200),
      log: done(200),
      steps: [
        {
          service: 'gateway',
          name: 'GET',
          kind: 'client',
          at: 1.1,
          ms: users + 10 * jitter,
          attributes: { ...base, 'http.request.method': 'GET', 'url.full': 'http://localhost:4568/timeline' },
          steps: [
            {
              service: 'home-activities',
              name: 'GET /timeline',
              kind: 'server',
              at: 0.6,
              ms: users + 8.6 * jitter,
              attributes: http('/timeline', '/timeline', 200),
              log: { level: 'info', body: `loaded timeline for ${user}`, attributes: { 'activities.count': 40 } },
              steps: [
                {
                  service: 'home-activities',
                  name: 'load home timeline',
                  kind: 'internal',
                  at: 0.4,
                  ms: users + 7 * jitter,
                  attributes: { 'user.id': user, 'cruddur.activities.count': 40 },
                  steps: [
                    {
                      service: 'home-activities',
                      name: 'GET',
                      kind: 'client',
                      at: 0.8,
                      ms: users + 4.2 * jitter,
                      attributes: {
                        ...base,
                        'http.request.method': 'GET',
                        'url.full': 'http://localhost:4569/activities',
                      },
                      steps: [
                        {
                          service: 'user-activities',
                          name: 'GET /activities',
                          kind: 'server',
                          at: 0.5,
                          ms: users + 2.2 * jitter,
                          attributes: http('/activities', '/activities', 200),
                          log: slow
                            ? {
                                level: 'warn',
                                body: 'slow query: activities of a user with many followers',
                                attributes: { 'user.id': user },
                              }
                            : done(200),
                          steps: [
                            db(
                              0.7,
                              0.6 * jitter,
                              'SELECT users',
                              'SELECT uuid, handle, display_name FROM users WHERE uuid = ANY($1)',
                            ),
                            db(
                              0.7 + 0.9 * jitter,
                              query,
                              'SELECT activities',
                              'SELECT * FROM activities WHERE user_uuid = ANY($1) AND expires_at > now() ORDER BY created_at DESC LIMIT $2',
                            ),
                          ],
                        },
                      ],
                    },
                  ],
                },
              ],
            },
          ],
        },
      ],
    };
  }
  if (kind < 0.78) {
    const fails = chance() < 0.3;
    const ms = (fails ? 31 : 9) * jitter;
    return {
      service: 'gateway',
      name: 'GET /api/activities/search',
      kind: 'server',
      at: 0,
      ms: ms + 4,
      attributes: {
        ...http('/api/activities/search', '/api/activities/search', fails ? 502 : 200),
        'url.query': 'term=tracing',
      },
      ...(fails && { error: 'user-activities answered 500' }),
      log: done(fails ? 502 : 200),
      steps: [
        {
          service: 'gateway',
          name: 'GET',
          kind: 'client',
          at: 0.8,
          ms: ms + 2.2,
          ...(fails && { error: '500' }),
          attributes: {
            ...base,
            'http.request.method': 'GET',
            'url.full': 'http://localhost:4569/activities/search?term=tracing',
          },
          steps: [
            {
              service: 'user-activities',
              name: 'GET /activities/search',
              kind: 'server',
              at: 0.5,
              ms: ms + 1,
              attributes: http('/activities/search', '/activities/search', fails ? 500 : 200),
              ...(fails && { error: 'canceling statement due to statement timeout' }),
              log: done(fails ? 500 : 200),
              steps: [
                {
                  ...db(
                    0.6,
                    ms * 0.8,
                    'SELECT activities',
                    'SELECT * FROM activities WHERE search @@ websearch_to_tsquery($1)',
                  ),
                  ...(fails && { error: 'canceling statement due to statement timeout' }),
                },
              ],
            },
          ],
        },
      ],
    };
  }
  const creates = kind > 0.93;
  const ms = (creates ? 14 : 5) * jitter;
  const [name, route, method] = creates
    ? (['POST /api/activities', '/api/activities', 'POST'] as const)
    : (['GET /api/activities/@:handle', '/api/activities/@:handle', 'GET'] as const);
  return {
    service: 'gateway',
    name,
    kind: 'server',
    at: 0,
    ms: ms + 6,
    attributes: http(route, creates ? route : '/api/activities/@ada', creates ? 201 : 200, method),
    log: done(creates ? 201 : 200),
    steps: [
      {
        service: 'gateway',
        name: method,
        kind: 'client',
        at: 1,
        ms: ms + 4,
        attributes: { ...base, 'http.request.method': method, 'url.full': 'http://localhost:4569/activities' },
        steps: [
          {
            service: 'user-activities',
            name: `${method} /activities`,
            kind: 'server',
            at: 0.5,
            ms: ms + 2.2,
            attributes: http('/activities', '/activities', creates ? 201 : 200, method),
            log: done(creates ? 201 : 200),
            steps: [
              creates
                ? {
                    ...db(
                      0.9,
                      ms * 0.7,
                      'INSERT activities',
                      'INSERT INTO activities (user_uuid, message) VALUES ($1, $2)',
                    ),
                  }
                : db(0.9, ms * 0.6, 'SELECT activities', 'SELECT * FROM activities WHERE handle = $1'),
            ],
          },
        ],
      },
    ],
  };
}

const value = (scalar: Scalar) =>
  typeof scalar === 'string'
    ? { stringValue: scalar }
    : typeof scalar === 'boolean'
      ? { boolValue: scalar }
      : Number.isInteger(scalar)
        ? { intValue: String(scalar) }
        : { doubleValue: scalar };
const attributes = (bag: Bag = {}) => Object.entries(bag).map(([key, scalar]) => ({ key, value: value(scalar) }));
const nanos = (epochMs: number): string => (BigInt(Math.round(epochMs * 1000)) * 1000n).toString();
const id = (bytes: number): string => randomBytes(bytes).toString('hex');

function collect(
  into: Collected,
  traceId: string,
  step: Step,
  startMs: number,
  parent: string | undefined,
  link?: { traceId: string; spanId: string },
): string {
  const spanId = id(8);
  const start = startMs + step.at;
  into.spans.push({
    service: step.service,
    spanId,
    body: {
      traceId,
      spanId,
      ...(parent && { parentSpanId: parent }),
      name: step.name,
      kind: KIND[step.kind],
      startTimeUnixNano: nanos(start),
      endTimeUnixNano: nanos(start + step.ms),
      attributes: attributes(step.attributes),
      status: step.error ? { code: 2, message: step.error } : {},
      ...(step.error && {
        events: [
          {
            timeUnixNano: nanos(start + step.ms * 0.9),
            name: 'exception',
            attributes: attributes({ 'exception.type': 'Error', 'exception.message': step.error }),
          },
        ],
      }),
      ...(link && { links: [{ ...link, attributes: [] }] }),
    },
  });
  if (step.log)
    into.logs.push({
      service: step.service,
      body: {
        timeUnixNano: nanos(start + step.ms * 0.95),
        observedTimeUnixNano: nanos(start + step.ms * 0.95),
        severityNumber: LEVELS[step.log.level],
        severityText: step.log.level,
        body: { stringValue: step.log.body },
        attributes: attributes(step.log.attributes),
        traceId,
        spanId,
      },
    });
  for (const child of step.steps ?? []) collect(into, traceId, child, start, spanId);
  return spanId;
}

const SERVICES: readonly Service[] = ['gateway', 'home-activities', 'user-activities'];
const resource = (service: Service) => ({
  attributes: attributes({
    'service.name': service,
    'service.version': '0.1.0',
    'service.namespace': 'cruddur',
    'deployment.environment.name': 'development',
  }),
});

export interface Traffic {
  readonly traces: object;
  readonly logs: object;
  readonly traceIds: readonly string[];
}

export function traffic({ count, until, overMs, seed = 1 }: TrafficOptions): Traffic {
  const chance = random(seed);
  const collected: Collected = { spans: [], logs: [] };
  const traceIds: string[] = [];
  let previous: { traceId: string; spanId: string } | undefined;
  for (let i = 0; i < count; i++) {
    const traceId = id(16);
    const step = request(chance(), chance);
    const link = step.name.startsWith('POST') ? previous : undefined;
    const start = until - step.ms - 50 - (overMs * (count - 1 - i)) / Math.max(1, count);
    previous = { traceId, spanId: collect(collected, traceId, step, start, undefined, link) };
    traceIds.push(traceId);
  }
  return { ...toOtlp(collected), traceIds };
}

/** One trace with very many spans, as a batch job makes it: 100 pages of queries. */
export function largeTrace(spans: number, until: number): Traffic {
  const traceId = id(16);
  const pages = Math.max(1, Math.round(spans / 100));
  const each = Math.floor(spans / pages) - 1;
  const steps = Array.from({ length: pages }, (_, page): Step => ({
    service: 'home-activities',
    name: `rebuild page ${page}`,
    kind: 'internal',
    at: page * 10,
    ms: 9.8,
    steps: Array.from({ length: each }, (_, i) =>
      db(i * (9.6 / each), 8 / each, 'SELECT page', 'SELECT * FROM activities LIMIT $1'),
    ),
  }));
  const collected: Collected = { spans: [], logs: [] };
  const ms = pages * 10;
  collect(
    collected,
    traceId,
    { service: 'home-activities', name: 'rebuild timelines', kind: 'internal', at: 0, ms, steps },
    until - ms - 50,
    undefined,
  );
  return { ...toOtlp(collected), traceIds: [traceId] };
}

function toOtlp({ spans, logs }: Collected) {
  return {
    traces: {
      resourceSpans: SERVICES.map((service) => ({
        resource: resource(service),
        scopeSpans: [
          {
            scope: { name: 'cruddur', version: '0.1.0' },
            spans: spans.filter((span) => span.service === service).map(({ body }) => body),
          },
        ],
      })).filter(({ scopeSpans }) => scopeSpans[0]!.spans.length > 0),
    },
    logs: {
      resourceLogs: SERVICES.map((service) => ({
        resource: resource(service),
        scopeLogs: [
          {
            scope: { name: 'pino' },
            logRecords: logs.filter((log) => log.service === service).map(({ body }) => body),
          },
        ],
      })).filter(({ scopeLogs }) => scopeLogs[0]!.logRecords.length > 0),
    },
  };
}

/** Sends to a receiver's address, such as http://127.0.0.1:4318. */
export async function send(base: string, { traces, logs }: Traffic): Promise<void> {
  for (const [path, body] of [
    ['traces', traces],
    ['logs', logs],
  ] as const) {
    const response = await fetch(`${base}/v1/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  }
}
