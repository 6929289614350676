import { randomUUID } from 'node:crypto';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Activity, DEMO_USER_UUID, encodeCursor, type Notification, type Reply } from '@cruddur/contracts';
import { createService } from '@cruddur/service';
import { startInMemoryTracing } from '@cruddur/telemetry/testing';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { RouteOptions } from 'fastify';
import { type Behaviour, garbage, hang, json, Neighbour, reset } from '../../../test/support/neighbour.js';
import { FastifyInstrumentation } from '../../../libs/telemetry/src/http/fastify.instrumentation.js';
import { UndiciInstrumentation } from '../../../libs/telemetry/src/http/undici.instrumentation.js';
import { GatewayConfigSchema } from './gateway.config.js';
import { GatewayModule } from './gateway.module.js';
import { describeApi } from './openapi.js';
import { decideRequestingUser } from './requesting-user.js';

process.env.LOG_LEVEL = 'silent';
const tracing = startInMemoryTracing();
const baggageKeys = new Set(['user.id']);
const instrumentations = [
  new FastifyInstrumentation({ trustInbound: false, baggageKeys }),
  new UndiciInstrumentation({ baggageKeys }),
];

const UUID = 'a1b2c3d4-0000-4000-8000-000000000001';
const reply: Reply = {
  uuid: 'a1b2c3d4-0000-4000-8000-000000000002',
  reply_to_activity_uuid: UUID,
  handle: 'sam',
  display_name: 'Sam',
  message: 'hello back',
  created_at: '2026-11-21T04:11:00.000Z',
};
const activity: Activity = {
  uuid: UUID,
  handle: 'pat',
  display_name: 'Pat',
  message: 'hello',
  created_at: '2026-11-21T04:10:00.000Z',
  expires_at: '2026-11-28T04:10:00.000Z',
  likes_count: 1,
  replies_count: 1,
  reposts_count: 0,
  replies: [reply],
};
const notification: Notification = { ...activity, replies: [], kind: 'mention', reply_to_activity_uuid: null };
const cursor = encodeCursor(activity);
const problem = (status: number, code: string) =>
  json(status, { type: 'about:blank', title: 'x', status, errors: [code] });

let homeActivities: Neighbour;
let userActivities: Neighbour;
let app: NestFastifyApplication;
let routes: RouteOptions[];

beforeEach(async () => {
  tracing.reset();
  homeActivities = await Neighbour.start();
  userActivities = await Neighbour.start();
  routes = [];
  const config = GatewayConfigSchema.parse({
    HOME_ACTIVITIES_URL: homeActivities.origin,
    USER_ACTIVITIES_URL: userActivities.origin,
    HOME_ACTIVITIES_TIMEOUT_MS: '100',
    USER_ACTIVITIES_TIMEOUT_MS: '100',
  });
  ({ app } = await createService({
    module: GatewayModule.forConfig(config),
    prefix: 'api',
    configureFastify: (fastify) => {
      fastify.addHook('onRoute', (route) => void routes.push(route));
      decideRequestingUser(fastify, config.CRUDDUR_DEMO_USER);
    },
  }));
  await app.init();
});
afterEach(async () => {
  await app.close();
  await homeActivities.stop();
  await userActivities.stop();
});
afterAll(async () => {
  for (const instrumentation of instrumentations) instrumentation.disable();
  await tracing.shutdown();
});

const ajv = new Ajv2020({ strict: false, allErrors: true });
addFormats.default(ajv);
interface DescribedOperation {
  parameters?: { name: string; in: string; required: boolean }[];
  requestBody?: { content: Record<string, { schema: { required: string[] } }> };
  responses: Record<string, { content?: Record<string, object> } | undefined>;
}
interface Description {
  paths: Record<string, Record<string, DescribedOperation>>;
  components: { schemas: object };
}
const description = describeApi() as unknown as Description;
ajv.addSchema(description, 'api');

/** Asserts that the answer is what the description promises for this operation and status. */
function expectAsDescribed(template: string, method: string, status: number, type: string, body: unknown) {
  const { responses } = description.paths[template]![method.toLowerCase()]!;
  const content = responses[status]?.content?.[type];
  if (!content) throw new Error(`${method} ${template} does not describe a ${status} of ${type}`);
  const pointer = `api#/paths/${template.replaceAll('~', '~0').replaceAll('/', '~1')}/${method.toLowerCase()}`;
  const schema = `${pointer}/responses/${status}/content/${type.replaceAll('/', '~1')}/schema`;
  const validate = ajv.getSchema(encodeURI(schema));
  if (!validate?.(body)) throw new Error(`not as described: ${ajv.errorsText(validate?.errors)}`);
}

async function call(method: 'GET' | 'POST', template: string, url: string, payload?: unknown, headers = {}) {
  const response = await app.inject({
    method,
    url,
    headers,
    ...(payload !== undefined && { payload: payload as object }),
  });
  const { statusCode: status } = response;
  const type = String(response.headers['content-type']).split(';')[0]!;
  const body = response.json();
  expectAsDescribed(template, method, status, type, body);
  return { status, body, headers: response.headers };
}
const get = (template: string, url = template) => call('GET', template, url);
const post = (template: string, url: string, payload: unknown, headers = {}) =>
  call('POST', template, url, payload, headers);

describe('GET /api/activities/home', () => {
  const path = '/api/activities/home';

  it('answers the activities that home-activities has, with a link to the next page', async () => {
    homeActivities.behave = json(200, { activities: [activity], next_cursor: cursor, degraded: false });
    const { status, body, headers } = await get(path, `${path}?limit=1`);
    expect([status, body]).toEqual([200, [activity]]);
    expect(headers.link).toBe(`<${path}?limit=1&cursor=${cursor}>; rel="next"`);
    expect(headers['cruddur-degraded']).toBeUndefined();
    expect(homeActivities.received[0]!.url).toBe('/activities/home?limit=1');
    await get(path, /<(.*)>/.exec(String(headers.link))![1]);
    expect(homeActivities.received[1]!.url).toBe(`/activities/home?limit=1&cursor=${cursor}`);
    expect(userActivities.received).toEqual([]);
  });

  it('asks for 40, and has no link on the last page', async () => {
    homeActivities.behave = json(200, { activities: [], next_cursor: null, degraded: false });
    const { body, headers } = await get(path);
    expect(body).toEqual([]);
    expect(headers.link).toBeUndefined();
    expect(homeActivities.received[0]!.url).toBe('/activities/home?limit=40');
  });

  it('says that the timeline is degraded', async () => {
    homeActivities.behave = json(200, { activities: [activity], next_cursor: null, degraded: true });
    expect((await get(path)).headers['cruddur-degraded']).toBe('user-activities');
  });

  it.each(['limit=0', 'limit=101', 'limit=x', 'limit=1&limit=2', 'limit=', 'cursor=nonsense', 'cursor='])(
    'refuses %s',
    async (query) => {
      const { status, body } = await get(path, `${path}?${query}`);
      expect([status, body.errors]).toEqual([422, [`${query.split('=')[0]}_invalid`]]);
      expect(homeActivities.received).toEqual([]);
    },
  );

  it.each<[string, Behaviour, number, string]>([
    ['resets', reset, 502, 'upstream_failed'],
    ['answers garbage', garbage, 502, 'upstream_failed'],
    ['answers another shape', json(200, { activities: [{}] }), 502, 'upstream_failed'],
    ['fails', problem(500, 'secret'), 502, 'upstream_failed'],
    ['sheds', json(503, {}, { 'retry-after': '9' }), 503, 'upstream_unavailable'],
    ['hangs', hang, 504, 'upstream_timeout'],
    ['was told to hurry', problem(504, 'upstream_timeout'), 504, 'upstream_timeout'],
  ])('answers with a problem when home-activities %s', async (_name, behaviour, expected, code) => {
    homeActivities.behave = behaviour;
    const { status, body, headers } = await get(path);
    expect([status, body.errors]).toEqual([expected, [code]]);
    expect(headers['retry-after']).toBe(expected === 503 ? '9' : undefined);
    expect(JSON.stringify(body)).not.toMatch(/127\.0\.0\.1|secret|ECONN/);
  });
});

describe('GET /api/activities/@:handle', () => {
  const template = '/api/activities/@{handle}';

  it("answers the user's activities", async () => {
    userActivities.behave = json(200, { activities: [activity], next_cursor: cursor });
    const { body, headers } = await get(template, '/api/activities/@Pat?limit=2');
    expect(body).toEqual([activity]);
    expect(headers.link).toBe(`</api/activities/@pat?limit=2&cursor=${cursor}>; rel="next"`);
    expect(userActivities.received[0]!.url).toBe('/users/pat/activities?limit=2');
  });

  it('takes an @ that a client has percent-encoded', async () => {
    userActivities.behave = json(200, { activities: [activity], next_cursor: null });
    expect((await get(template, '/api/activities/%40pat')).body).toEqual([activity]);
  });

  it.each(['home', 'search', 'notifications', UUID])('takes @%s for a handle', async (handle) => {
    userActivities.behave = problem(404, 'handle_unknown');
    expect(await get(template, `/api/activities/@${handle}`)).toMatchObject({
      status: 404,
      body: { errors: ['handle_unknown'] },
    });
  });

  it.each(['no-dashes', 'x'.repeat(31), '..%2F..', '%00', 'a b'.replace(' ', '%20')])(
    'knows without asking that nobody is called @%s',
    async (handle) => {
      const { status, body } = await get(template, `/api/activities/@${handle}`);
      expect([status, body.errors]).toEqual([404, ['handle_unknown']]);
      expect(userActivities.received).toEqual([]);
    },
  );
});

describe('GET /api/activities/search', () => {
  const path = '/api/activities/search';

  it('passes the term on as it is', async () => {
    userActivities.behave = json(200, { activities: [activity], next_cursor: cursor });
    const { body, headers } = await get(path, `${path}?term=${encodeURIComponent('"a b" & ä')}`);
    expect(body).toEqual([activity]);
    expect(new URL(userActivities.received[0]!.url, 'http://x').searchParams.get('term')).toBe('"a b" & ä');
    const next = new URL(/<(.*)>/.exec(String(headers.link))![1]!, 'http://x');
    expect(Object.fromEntries(next.searchParams)).toEqual({ term: '"a b" & ä', limit: '40', cursor });
  });

  it.each([
    ['', 'search_term_blank'],
    ['?term=', 'search_term_blank'],
    ['?term=%20', 'search_term_blank'],
    [`?term=${'x'.repeat(201)}`, 'search_term_too_long'],
    ['?term=a&term=b', 'search_term_invalid'],
    ['?term=%00', 'search_term_invalid'],
  ])('refuses %s', async (query, code) => {
    expect(await get(path, path + query)).toMatchObject({ status: 422, body: { errors: [code] } });
  });

  it('answers 400 for a term that is not UTF-8', async () => {
    expect(await get(path, `${path}?term=%ff`)).toMatchObject({ status: 400, body: { errors: ['url_malformed'] } });
  });
});

describe('GET /api/activities/notifications', () => {
  it('asks for those of the requesting user', async () => {
    userActivities.behave = json(200, { activities: [notification], next_cursor: null });
    const { body } = await get('/api/activities/notifications');
    expect(body).toEqual([notification]);
    expect(userActivities.received[0]!.url).toBe(`/users/${DEMO_USER_UUID}/notifications?limit=40`);
  });
});

describe('GET /api/activities/:uuid', () => {
  const template = '/api/activities/{uuid}';

  it('answers one activity with its replies', async () => {
    userActivities.behave = json(200, activity);
    expect((await get(template, `/api/activities/${UUID.toUpperCase()}`)).body).toEqual(activity);
    expect(userActivities.received[0]!.url).toBe(`/activities/${UUID}`);
  });

  it('answers 404 when it is not there', async () => {
    userActivities.behave = problem(404, 'activity_not_found');
    expect((await get(template, `/api/activities/${UUID}`)).status).toBe(404);
  });

  it('answers 404 for what is no uuid, without asking', async () => {
    const { status, body } = await get(template, '/api/activities/nothing');
    expect([status, body.errors]).toEqual([404, ['activity_not_found']]);
    expect(userActivities.received).toEqual([]);
  });
});

describe('POST /api/activities', () => {
  const path = '/api/activities';

  it('creates an activity of the requesting user', async () => {
    userActivities.behave = json(201, activity);
    const { status, body } = await post(path, path, { message: 'hello', user_uuid: randomUUID() });
    expect([status, body]).toEqual([201, activity]);
    const [{ url, body: sent, headers }] = userActivities.received as [Neighbour['received'][number]];
    expect([url, sent]).toEqual(['/activities', { user_uuid: DEMO_USER_UUID, message: 'hello', ttl: '7-days' }]);
    expect(headers['idempotency-key']).toBeUndefined();
  });

  it('passes the Idempotency-Key on, and repeats such a request when the connection breaks', async () => {
    userActivities.behave = (request, response) => {
      (userActivities.received.length === 1 ? reset : json(201, activity))(request, response);
    };
    expect((await post(path, path, { message: 'hello' }, { 'idempotency-key': 'k~1' })).status).toBe(201);
    expect(userActivities.received.map(({ headers }) => headers['idempotency-key'])).toEqual(['k~1', 'k~1']);
  });

  it('does not repeat a request without one', async () => {
    userActivities.behave = reset;
    expect((await post(path, path, { message: 'hello' })).status).toBe(502);
    expect(userActivities.received).toHaveLength(1);
  });

  it.each(['', 'two words', 'ä', 'x'.repeat(256)])('refuses the Idempotency-Key %j', async (key) => {
    const { status, body } = await post(path, path, { message: 'hello' }, { 'idempotency-key': key });
    expect([status, body.errors]).toEqual([422, ['idempotency_key_invalid']]);
    expect(userActivities.received).toEqual([]);
  });

  it.each([
    [{}, ['message_blank']],
    [{ message: '' }, ['message_blank']],
    [{ message: ' \u200b' }, ['message_blank']],
    [{ message: '👩'.repeat(281) }, ['message_too_long']],
    [{ message: 1 }, ['message_invalid']],
    [{ message: 'x', ttl: '2-days' }, ['ttl_unknown']],
    [{ ttl: 1 }, ['message_blank', 'ttl_unknown']],
    [[], ['body_invalid']],
  ])('refuses %j', async (body, codes) => {
    expect(await post(path, path, body)).toMatchObject({ status: 422, body: { errors: codes } });
    expect(userActivities.received).toEqual([]);
  });

  it('takes 280 code points of two units each', async () => {
    userActivities.behave = json(201, activity);
    expect((await post(path, path, { message: '👩'.repeat(280) })).status).toBe(201);
  });

  it.each([
    ['{"message"', 'application/json', 400, 'body_malformed'],
    [`{"message":"${'x'.repeat(70_000)}"}`, 'application/json', 413, 'body_too_large'],
    ['message=hello', 'application/x-www-form-urlencoded', 415, 'media_type_unsupported'],
  ])('refuses %# as it is not JSON', async (body, type, expected, code) => {
    const { status, body: answer } = await post(path, path, body, { 'content-type': type });
    expect([status, answer.errors]).toEqual([expected, [code]]);
  });

  it('passes on what user-activities refuses', async () => {
    userActivities.behave = problem(422, 'idempotency_key_reused');
    const { status, body } = await post(path, path, { message: 'hello' }, { 'idempotency-key': 'k' });
    expect([status, body.errors]).toEqual([422, ['idempotency_key_reused']]);
  });
});

describe('POST /api/activities/:uuid/reply', () => {
  const template = '/api/activities/{uuid}/reply';
  const url = `/api/activities/${UUID}/reply`;

  it('replies as the requesting user', async () => {
    userActivities.behave = json(201, reply);
    const { status, body } = await post(template, url, { message: 'x'.repeat(1024) }, { 'idempotency-key': 'k' });
    expect([status, body]).toEqual([201, reply]);
    const [{ url: sent, body: command }] = userActivities.received as [Neighbour['received'][number]];
    expect(sent).toBe(`/activities/${UUID}/replies`);
    expect(command).toEqual({ user_uuid: DEMO_USER_UUID, message: 'x'.repeat(1024) });
  });

  it('refuses a reply that is too long, or to nothing', async () => {
    expect((await post(template, url, { message: 'x'.repeat(1025) })).status).toBe(422);
    expect((await post(template, '/api/activities/nothing/reply', { message: 'x' })).status).toBe(404);
    expect(userActivities.received).toEqual([]);
  });
});

describe('the description at /api/openapi.json', () => {
  it('is served', async () => {
    const { body } = await get('/api/openapi.json');
    expect(body).toEqual(JSON.parse(JSON.stringify(describeApi())));
    expect(body.openapi).toBe('3.1.1');
  });

  it('has every route, and no other', () => {
    const served = routes
      .filter(({ url, method }) => url.startsWith('/api/') && method !== 'HEAD')
      .map(({ url, method }) => `${String(method)} ${url.replaceAll(/:(\w+)/g, '{$1}')}`);
    const described = Object.entries(description.paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(served.sort()).toEqual(described.sort());
    expect(served.length).toBeGreaterThan(7);
  });

  it('resolves all its references, and names each parameter of a path', () => {
    for (const reference of JSON.stringify(description).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)) {
      expect(description.components.schemas).toHaveProperty(reference[1]!);
    }
    for (const [path, operations] of Object.entries(description.paths)) {
      const names = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
      for (const operation of Object.values(operations)) {
        const described = (operation.parameters ?? []).filter((parameter) => parameter.in === 'path');
        expect(described.map(({ name }) => name)).toEqual(names);
      }
    }
  });

  it('says what is required', () => {
    const { parameters = [] } = description.paths['/api/activities/search']!.get!;
    const required = parameters.map(({ name, required }) => [name, required] as const);
    expect(Object.fromEntries(required)).toEqual({ limit: false, cursor: false, term: true });
    const { requestBody } = description.paths['/api/activities']!.post!;
    expect(requestBody!.content['application/json']!.schema.required).toEqual(['message']);
  });
});

describe('the trace', () => {
  it('knows who asks, on every span and for the next service, and who is asked is told explicitly', async () => {
    homeActivities.behave = json(200, { activities: [], next_cursor: null, degraded: false });
    const { headers } = await get('/api/activities/home');
    const server = tracing.spans().find(({ name }) => name === 'GET /api/activities/home')!;
    expect(server.attributes['user.id']).toBe(DEMO_USER_UUID);
    expect(homeActivities.received[0]!.headers.baggage).toBe(`user.id=${DEMO_USER_UUID}`);
    expect(headers.traceresponse).toContain(server.spanContext().traceId);
  });

  it.each([
    ['a refused request', 'POST', '/api/activities', { message: '' }],
    ['a malformed body', 'POST', '/api/activities', '{'],
    ['an address that is not there', 'GET', '/api/nothing', undefined],
    ['a service that is down', 'GET', '/api/activities/search?term=x', undefined],
  ] as const)('is named in the problem of %s', async (_name, method, url, payload) => {
    await userActivities.stop();
    const headers = payload === undefined ? {} : { 'content-type': 'application/json' };
    const response = await app.inject({ method, url, headers, ...(payload && { payload }) });
    expect(response.statusCode).toBeGreaterThanOrEqual(400);
    const { trace_id } = response.json<{ trace_id: string }>();
    expect(trace_id).toMatch(/^[0-9a-f]{32}$/);
    expect(String(response.headers.traceresponse).split('-')[1]).toBe(trace_id);
  });

  it('is not taken from a stranger, and neither is baggage', async () => {
    homeActivities.behave = json(200, { activities: [], next_cursor: null, degraded: false });
    const claimed = '4bf92f3577b34da6a3ce929d0e0e4736';
    const hostile = {
      traceparent: `00-${claimed}-00f067aa0ba902b7-01`,
      tracestate: `a=${'x'.repeat(10_000)}`,
      baggage: `user.id=root,${'k=v,'.repeat(1_000)}`,
    };
    const { status } = await call('GET', '/api/activities/home', '/api/activities/home', undefined, hostile);
    expect(status).toBe(200);
    const sent = homeActivities.received[0]!.headers;
    expect(sent.traceparent).not.toContain(claimed);
    expect(sent.baggage).toBe(`user.id=${DEMO_USER_UUID}`);
    expect(sent.tracestate).toBeUndefined();
  });
});
