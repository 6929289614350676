import { randomUUID } from 'node:crypto';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { RpcException } from '@nestjs/microservices';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ACTIVITY_CREATED, ACTIVITY_REPLIED, type ActivityCreated, type ActivityReplied } from '@cruddur/contracts';
import type { CloudEvent } from '@cruddur/messaging';
import { Sweeper } from '@cruddur/postgres';
import { createService } from '@cruddur/service';
import { startInMemoryTracing } from '@cruddur/telemetry/testing';
import pg from 'pg';
import { TestServer } from '../../../libs/postgres/testing/test-server.js';
import { type Behaviour, garbage, hang, json, Neighbour, reset } from '../../../test/support/neighbour.js';
import { ActivityEventsConsumer } from './activity-events.consumer.js';
import { HomeActivitiesConfigSchema } from './home-activities.config.js';
import { HomeActivitiesModule } from './home-activities.module.js';
import { TimelineRebuild } from './timeline.rebuild.js';

process.env.LOG_LEVEL = 'silent';
const tracing = startInMemoryTracing();

const HOUR = 3_600_000;
const PAT = { user_uuid: '5c1f0a52-9b7e-4d0e-8a36-1f2d3c4b5a61', handle: 'pat', display_name: 'Pat' };
const at = (ms: number) => new Date(Date.now() + ms).toISOString();

function activity(message: string, change: Partial<ActivityCreated> = {}): ActivityCreated {
  return { uuid: randomUUID(), ...PAT, message, created_at: at(0), expires_at: at(HOUR), ...change };
}
function reply(to: ActivityCreated, message: string): ActivityReplied {
  const { expires_at } = to;
  return { uuid: randomUUID(), activity_uuid: to.uuid, ...PAT, message, created_at: at(0), expires_at };
}
function event<T>(type: string, data: T, id: string = randomUUID()): CloudEvent<T> {
  return { specversion: '1.0', id, source: '/user-activities', type, time: at(0), data };
}

/** What user-activities has: a feed to export, and profiles. */
function upstream(feed: ActivityCreated[] = [], replies: ActivityReplied[] = [], name = 'Pat Larkin'): Behaviour {
  return (request, response) => {
    const answer = (body: unknown) => json(200, body)(request, response);
    if (request.url === '/exports') return answer({ activities: feed.length, replies: replies.length });
    const counts = { likes_count: 3, reposts_count: 1 };
    const exported = feed.map((entry) => ({ ...entry, ...counts }));
    if (request.url?.startsWith('/exports/activities')) return answer({ activities: exported, next_cursor: null });
    if (request.url?.startsWith('/exports/replies')) return answer({ replies, next_cursor: null });
    const { user_uuid: uuid, handle } = PAT;
    answer({ profiles: [{ uuid, handle, display_name: name }] });
  };
}

let server: TestServer;
let databaseUrl: string;
let database: pg.Client;
let userActivities: Neighbour;
let app: NestFastifyApplication;
let consumer: ActivityEventsConsumer;

async function start(): Promise<void> {
  const config = HomeActivitiesConfigSchema.parse({
    DATABASE_URL: databaseUrl,
    USER_ACTIVITIES_URL: userActivities.origin,
    USER_ACTIVITIES_TIMEOUT_MS: '100',
  });
  ({ app } = await createService({ module: HomeActivitiesModule.forConfig(config) }));
  await app.init();
  await app.getHttpAdapter().getInstance().ready();
  consumer = app.get(ActivityEventsConsumer);
}

beforeAll(async () => {
  server = await TestServer.start();
}, 60_000);
beforeEach(async () => {
  databaseUrl = await server.createDatabase();
  database = new pg.Client({ connectionString: databaseUrl });
  await database.connect();
  userActivities = await Neighbour.start(upstream());
  await start();
  tracing.reset();
});
afterEach(async () => {
  await app.close();
  await database.end();
  await userActivities.stop();
});
afterAll(async () => {
  await server.stop();
  await tracing.shutdown();
});

async function home(query = '') {
  const response = await app.inject({ url: `/activities/home${query}` });
  return { status: response.statusCode, body: response.json() };
}
const messages = async (query = '') =>
  ((await home(query)).body as { activities: ActivityCreated[] }).activities.map(({ message }) => message);
const created = (entry: ActivityCreated, id?: string) => consumer.created(event(ACTIVITY_CREATED, entry, id));
const replied = (entry: ActivityReplied, id?: string) => consumer.replied(event(ACTIVITY_REPLIED, entry, id));
const timelineSpan = () => tracing.spans().find(({ name }) => name === 'load home timeline')!;
const deliveries = async () =>
  (await database.query('SELECT deliveries FROM inbox')).rows.map((row: { deliveries: number }) => row.deliveries);

describe('GET /activities/home', () => {
  it('is empty without events, and asks nobody for names', async () => {
    expect(await home()).toEqual({ status: 200, body: { activities: [], next_cursor: null, degraded: false } });
    expect(userActivities.received.filter(({ url }) => url === '/profiles')).toEqual([]);
  });

  it('shows what events told, under the names that people have now, asked for in one call', async () => {
    const first = activity('hello');
    await created(first);
    await created(activity('again', { created_at: at(1) }));
    await replied(reply(first, 'hi'));
    const { body } = await home();
    expect(body).toMatchObject({ degraded: false, next_cursor: null });
    expect(body.activities).toMatchObject([
      { message: 'again', display_name: 'Pat Larkin', replies_count: 0, replies: [] },
      { message: 'hello', replies_count: 1, replies: [{ message: 'hi', display_name: 'Pat Larkin' }] },
    ]);
    expect(Object.keys(body.activities[0] as object)).not.toContain('user_uuid');
    const calls = userActivities.received.filter(({ url }) => url === '/profiles');
    expect(calls.map((call) => call.body)).toEqual([{ user_uuids: [PAT.user_uuid] }]);
    expect(timelineSpan().attributes).toEqual({ 'cruddur.activities.count': 2 });
  });

  it('goes on after a cursor, without gap or repetition', async () => {
    const created_at = at(0);
    for (let n = 0; n < 5; n++) await created(activity(`m${n}`, { created_at }));
    const seen: string[] = [];
    let query = '?limit=2';
    for (let pages = 0; pages < 3; pages++) {
      seen.push(...(await messages(query)));
      query = `?limit=2&cursor=${(await home(query)).body.next_cursor}`;
    }
    expect(seen.toSorted()).toEqual(['m0', 'm1', 'm2', 'm3', 'm4']);
  });

  it('refuses a limit that is out of range', async () => {
    expect(await home('?limit=101')).toMatchObject({ status: 422, body: { errors: ['limit_invalid'] } });
  });

  it.each<[string, Behaviour]>([
    ['resets', reset],
    ['hangs', hang],
    ['fails', json(500, {})],
    ['sheds', json(503, {}, { 'retry-after': '9' })],
    ['answers garbage', garbage],
  ])('shows the last known names while user-activities %s', async (_name, behaviour) => {
    await created(activity('lasting'));
    await created(activity('over', { expires_at: at(-1) }));
    userActivities.behave = behaviour;
    const { status, body } = await home();
    expect([status, body.degraded]).toEqual([200, true]);
    expect(body.activities).toMatchObject([{ message: 'lasting', handle: 'pat', display_name: 'Pat' }]);
    expect(timelineSpan().attributes).toEqual({ 'cruddur.degraded': true, 'cruddur.activities.count': 1 });
    expect(timelineSpan().events).toMatchObject([{ name: 'names are the last known ones' }]);
  });
});

describe('an event', () => {
  it('counts once, however often it is delivered, at the same time too', async () => {
    const entry = activity('once');
    const id = randomUUID();
    await Promise.all(Array.from({ length: 8 }, () => created(entry, id)));
    expect(await messages()).toEqual(['once']);
    expect(await deliveries()).toEqual([8]);
  });

  it('may come before what it answers', async () => {
    const entry = activity('late');
    await replied(reply(entry, 'early'));
    await created(entry);
    expect((await home()).body.activities).toMatchObject([{ message: 'late', replies_count: 1 }]);
  });

  it.each([
    ['nothing', undefined],
    ['no event', { hello: 'world' }],
    ['an event of another shape', event(ACTIVITY_CREATED, { uuid: 'x' })],
    ['an event without an id', { ...event(ACTIVITY_CREATED, activity('x')), id: undefined }],
  ])('is rejected for good, naming its fields only, when it is %s', async (_what, received) => {
    const error: unknown = await consumer.created(received).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(RpcException);
    expect((error as RpcException).getError()).toMatchObject({ status: 'rejected' });
    expect(await deliveries()).toEqual([]);
  });

  it('is kept by its sender while the database is away', async () => {
    await database.end();
    database = new pg.Client({ connectionString: databaseUrl });
    await server.down();
    const error: unknown = await created(activity('waits')).catch((caught: unknown) => caught);
    await server.up();
    await database.connect();
    expect((error as RpcException).getError()).toMatchObject({ status: 'unavailable' });
  });

  it('leaves nothing behind when what it told of has expired', async () => {
    const entry = activity('over', { expires_at: at(-1) });
    await created(entry);
    await replied(reply(entry, 'over as well'));
    await app.get(Sweeper).sweep();
    const { rows } = await database.query(
      'SELECT (SELECT count(*) FROM timeline)::int + count(*)::int AS n FROM timeline_replies',
    );
    expect(rows).toEqual([{ n: 0 }]);
    expect(await deliveries()).toEqual([1, 1]);
  });
});

describe('an empty database', () => {
  const feed = [activity('old'), activity('older', { created_at: at(-HOUR) })];

  async function restartOnEmpty(behaviour: Behaviour): Promise<void> {
    await app.close();
    await database.query('TRUNCATE timeline, timeline_replies, inbox, timeline_rebuilds');
    userActivities.behave = behaviour;
    await start();
  }

  it('is filled from user-activities before the first request', async () => {
    await restartOnEmpty(upstream(feed, [reply(feed[0]!, 'yes')]));
    const { body } = await home();
    expect(body.activities).toMatchObject([
      { message: 'old', likes_count: 3, reposts_count: 1, replies_count: 1 },
      { message: 'older', replies_count: 0 },
    ]);
    expect(body.degraded).toBe(false);
  });

  it('is filled once: a timeline that is there is not asked for again', async () => {
    await app.close();
    userActivities.received.length = 0;
    await start();
    expect(userActivities.received).toEqual([]);
  });

  it('keeps neither the start nor events waiting when user-activities is away, and is filled later', async () => {
    await restartOnEmpty(reset);
    await created(activity('by event', { created_at: at(HOUR) }));
    expect((await home()).body).toMatchObject({ degraded: true, activities: [{ message: 'by event' }] });
    expect((await app.inject('/health/ready')).json()).toMatchObject({ status: 'degraded', details: { timeline: {} } });
    userActivities.behave = upstream(feed);
    while (!app.get(TimelineRebuild).complete) await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await messages()).toEqual(['by event', 'old', 'older']);
    // The circuit that the failures opened closes by itself: names may still be the last known ones.
  }, 30_000);

  it('shows nothing twice of what came by event and by export', async () => {
    const [entry] = feed;
    const rebuild = app.get(TimelineRebuild);
    userActivities.behave = upstream(feed);
    const progress: number[] = [];
    await Promise.all([created(entry!), rebuild.run(({ done }) => progress.push(done))]);
    await created(entry!);
    expect(await messages()).toEqual(['old', 'older']);
    expect(progress).toEqual([2, 2]);
  });
});
