import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import {
  type Activity,
  ActivityPageSchema,
  ActivitySchema,
  DEMO_USER_UUID,
  NotificationPageSchema,
  ProblemSchema,
  ReplySchema,
  TTL_SECONDS,
  TTLS,
  userActivitiesApi,
} from '@cruddur/contracts';
import { Sweeper } from '@cruddur/postgres';
import { type InMemoryTracing, startInMemoryTracing } from '@cruddur/telemetry/testing';
import pg from 'pg';
import { TestServer } from '../../../libs/postgres/testing/test-server.js';
import { TestService } from '../testing/test-service.js';

let server: TestServer;
let tracing: InMemoryTracing;
let service: TestService;
let seeded: Activity[];
let noor: string;

const get = (url: string) => service.request('GET', url);
const post = (body: unknown, key?: string) =>
  service.request('POST', '/activities', body, key === undefined ? {} : { 'idempotency-key': key });
const answer = (uuid: string, body: unknown, key?: string) =>
  service.request('POST', `/activities/${uuid}/replies`, body, key === undefined ? {} : { 'idempotency-key': key });
const create = async (message: string, user_uuid = DEMO_USER_UUID): Promise<Activity> =>
  (await post({ user_uuid, message })).body as Activity;
const messagesAt = async (url: string): Promise<string[]> =>
  ((await get(url)).body as { activities: Activity[] }).activities.map(({ message }) => message);
const expire = (uuid: string) =>
  service.database.query(`UPDATE activities SET expires_at = now() - interval '1 ms' WHERE uuid = $1`, [uuid]);
const times = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, at) => make(at));

/** For the connections to come. Nepal is 5 hours and 45 minutes ahead, so that no mistake can hide in whole hours. */
async function setTimeZone(databaseUrl: string, zone: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  const database = client.escapeIdentifier(client.database!);
  await client.query(`ALTER DATABASE ${database} SET timezone = ${client.escapeLiteral(zone)}`);
  await client.end();
}

beforeAll(async () => {
  tracing = startInMemoryTracing();
  server = await TestServer.start();
  const databaseUrl = await server.createDatabase();
  await setTimeZone(databaseUrl, 'Asia/Kathmandu');
  service = await TestService.start(databaseUrl);
  seeded = ActivityPageSchema.parse((await get('/activities?limit=100')).body).activities;
  noor = (await service.database.query<{ uuid: string }>(`SELECT uuid FROM users WHERE handle = 'noor'`)).rows[0]!.uuid;
}, 60_000);
afterAll(async () => {
  await service?.stop();
  await server?.stop();
  await tracing.shutdown();
});

describe('the demo feed', () => {
  it('belongs to a handful of users, the demo user among them', async () => {
    const { body } = await service.request('POST', '/profiles', { user_uuids: [DEMO_USER_UUID, randomUUID()] });
    expect(body).toEqual({ profiles: [{ uuid: DEMO_USER_UUID, handle: 'pat', display_name: 'Pat Larkin' }] });
    expect(new Set(seeded.map(({ handle }) => handle)).size).toBe(6);
  });

  it('is alive, in order, with replies that are counted right', () => {
    expect(seeded.length).toBeGreaterThanOrEqual(15);
    expect(seeded.map(({ created_at }) => created_at)).toEqual(
      seeded
        .map((a) => a.created_at)
        .sort()
        .reverse(),
    );
    expect(seeded.some(({ replies }) => replies.length > 1)).toBe(true);
    for (const { replies, replies_count } of seeded) expect(replies).toHaveLength(replies_count);
  });

  it('has told the demo user of replies and mentions', async () => {
    const { body } = await get(`/users/${DEMO_USER_UUID}/notifications`);
    const { activities } = NotificationPageSchema.parse(body);
    expect(new Set(activities.map(({ kind }) => kind))).toEqual(new Set(['reply', 'mention']));
    expect(activities.some(({ handle }) => handle === 'pat')).toBe(false);
  });
});

describe('the operations of the contract', () => {
  it.each(Object.entries(userActivitiesApi))('%s has its route', async (_name, { method, path }) => {
    const url = path.replace('{handle}', 'noor').replace(/\{\w+\}/, DEMO_USER_UUID);
    const { body } = await service.request(method, url, method === 'POST' ? {} : undefined);
    expect(body.errors ?? []).not.toContain('route_not_found');
  });
});

describe('with an empty feed', () => {
  beforeEach(() => service.clear());

  describe('POST /activities', () => {
    it('answers 201 with the activity, which is then at its address and on the lists', async () => {
      const { status, body } = await post({ user_uuid: DEMO_USER_UUID, message: 'Hello', ttl: '1-hour' });
      expect(status).toBe(201);
      expect(ActivitySchema.parse(body)).toEqual({
        uuid: expect.any(String),
        handle: 'pat',
        display_name: 'Pat Larkin',
        message: 'Hello',
        created_at: expect.any(String),
        expires_at: expect.any(String),
        likes_count: 0,
        replies_count: 0,
        reposts_count: 0,
        replies: [],
      });
      expect((await get(`/activities/${body.uuid}`)).body).toEqual(body);
      for (const list of [
        '/activities',
        '/users/pat/activities',
        '/users/PAT/activities',
        '/activities/search?term=hello',
      ]) {
        expect((await get(list)).body).toEqual({ activities: [body], next_cursor: null });
      }
    });

    it.each(TTLS)('lets an activity live exactly %s', async (ttl) => {
      const { body } = await post({ user_uuid: DEMO_USER_UUID, message: 'Hello', ttl });
      const { created_at, expires_at } = ActivitySchema.parse(body);
      expect(Date.parse(expires_at) - Date.parse(created_at)).toBe(TTL_SECONDS[ttl] * 1000);
    });

    it('says the time in UTC, whatever the time zone of the server', async () => {
      const { uuid } = await create('Hello');
      await answer(uuid, { user_uuid: noor, message: 'Hi' });
      await service.database.query(`UPDATE activities SET created_at = '2026-03-01T00:30:00.007+05:45'`);
      await service.database.query(`UPDATE replies SET created_at = '2026-03-01T00:31:00+05:45'`);
      const { body } = await get(`/activities/${uuid}`);
      expect(body.created_at).toBe('2026-02-28T18:45:00.007Z');
      expect(body.replies[0].created_at).toBe('2026-02-28T18:46:00.000Z');
    });

    it.each([
      '🚀'.repeat(280),
      '👩‍🚀'.repeat(93),
      '  ünïcödé \n\t 漢字 \u202e',
      `'; DROP TABLE activities; --`,
      '$1 %s \\',
    ])('keeps %j as it is', async (message) => {
      const { uuid } = await create(message);
      expect((await get(`/activities/${uuid}`)).body.message).toBe(message);
    });

    it.each([
      [{ message: '' }, 422, ['message_blank']],
      [{ message: 'x'.repeat(281) }, 422, ['message_too_long']],
      [{ message: 'a\0b' }, 422, ['message_invalid']],
      [{ message: 'x', ttl: '1-year' }, 422, ['ttl_unknown']],
      [{ message: 'x', user_uuid: 'pat' }, 422, ['user_uuid_invalid']],
      [{ message: 'x', user_uuid: randomUUID() }, 422, ['user_unknown']],
    ])('refuses %j with %i %j', async (wrong, status, errors) => {
      const { status: actual, body } = await post({ user_uuid: DEMO_USER_UUID, ...wrong });
      expect(actual).toBe(status);
      expect(ProblemSchema.parse(body)).toMatchObject({ status, errors });
      expect(await messagesAt('/activities')).toEqual([]);
    });
  });

  describe('POST /activities/:uuid/replies', () => {
    it('answers 201 with the reply, which then hangs on its activity', async () => {
      const { uuid } = await create('Hello');
      const { status, body } = await answer(uuid, { user_uuid: noor, message: 'x'.repeat(1024) });
      expect(status).toBe(201);
      expect(ReplySchema.parse(body)).toMatchObject({ reply_to_activity_uuid: uuid, handle: 'noor' });
      expect((await get('/activities')).body.activities[0]).toMatchObject({ uuid, replies_count: 1, replies: [body] });
    });

    it('counts every one of many at once', async () => {
      const { uuid } = await create('Hello');
      const statuses = await Promise.all(
        times(60, (at) => answer(uuid, { user_uuid: noor, message: `Reply ${at}` }).then(({ status }) => status)),
      );
      expect(new Set(statuses)).toEqual(new Set([201]));
      const activity = ActivitySchema.parse((await get(`/activities/${uuid}`)).body);
      expect(activity.replies_count).toBe(60);
      expect(new Set(activity.replies.map(({ message }) => message)).size).toBe(60);
      // A list shows the newest twenty of them.
      const [listed] = (await get('/activities')).body.activities as Activity[];
      expect(listed!.replies_count).toBe(60);
      expect(listed!.replies).toEqual(activity.replies.slice(-20));
    });

    it.each(['not-a-uuid', randomUUID()])('knows no activity %s', async (uuid) => {
      const { status, body } = await answer(uuid, { user_uuid: noor, message: 'Hi' });
      expect([status, body.errors]).toEqual([404, ['activity_not_found']]);
    });

    it('counts nothing for a user who does not exist', async () => {
      const { uuid } = await create('Hello');
      const { status, body } = await answer(uuid, { user_uuid: randomUUID(), message: 'Hi' });
      expect([status, body.errors]).toEqual([422, ['user_unknown']]);
      expect((await get(`/activities/${uuid}`)).body.replies_count).toBe(0);
    });
  });

  describe('the span of a creation', () => {
    const creations = () => tracing.spans().filter(({ name }) => name.startsWith('create '));
    beforeEach(() => tracing.reset());

    it('says which activity it made or answered, and nothing of what was written', async () => {
      const { uuid } = await create('Hello');
      await answer(uuid, { user_uuid: noor, message: 'Hi' });
      const attributes = { 'cruddur.activity.uuid': uuid };
      expect(creations().map(({ name, attributes }) => ({ name, attributes }))).toEqual([
        { name: 'create activity', attributes },
        { name: 'create reply', attributes },
      ]);
    });

    it('ends when the creation fails', async () => {
      await post({ user_uuid: randomUUID(), message: 'Hello' });
      expect(creations()).toHaveLength(1);
    });
  });

  describe('Idempotency-Key', () => {
    const body = { user_uuid: DEMO_USER_UUID, message: 'Once' };

    it('makes the same request many times at once create one activity, with one answer', async () => {
      const answers = await Promise.all(times(40, () => post(body, 'key-1')));
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
      expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
      expect((await post({ ...body, ttl: '7-days' }, 'key-1')).text).toBe(answers[0]!.text);
      expect(await messagesAt('/activities')).toEqual(['Once']);
    });

    it('holds for replies too', async () => {
      const { uuid } = await create('Hello');
      const answers = await Promise.all(times(20, () => answer(uuid, { user_uuid: noor, message: 'Once' }, 'key-1')));
      expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
      expect((await get(`/activities/${uuid}`)).body.replies_count).toBe(1);
    });

    it('refuses another request under the same key', async () => {
      const { uuid } = (await post(body, 'key-1')).body as Activity;
      for (const other of [await post({ ...body, message: 'Twice' }, 'key-1'), await answer(uuid, body, 'key-1')]) {
        expect([other.status, other.body.errors]).toEqual([422, ['idempotency_key_reused']]);
      }
      expect(await messagesAt('/activities')).toEqual(['Once']);
    });

    it('belongs to its user', async () => {
      await post(body, 'key-1');
      expect((await post({ ...body, user_uuid: noor }, 'key-1')).body.handle).toBe('noor');
    });

    it('is free again after a request that failed', async () => {
      const stranger = randomUUID();
      expect((await post({ ...body, user_uuid: stranger }, 'key-1')).status).toBe(422);
      const { rows } = await service.database.query('SELECT * FROM idempotency_keys');
      expect(rows).toEqual([]);
    });

    it('is forgotten after a day', async () => {
      await post(body, 'key-1');
      await service.database.query(`UPDATE idempotency_keys SET created_at = now() - interval '24 hours 1 second'`);
      expect((await post({ ...body, message: 'Anew' }, 'key-1')).status).toBe(201);
      expect((await post({ ...body, message: 'Anew' }, 'key-1')).body.message).toBe('Anew');
      expect(await messagesAt('/activities')).toEqual(['Anew', 'Once']);
    });

    it.each(['', 'a b', 'x'.repeat(256), 'ключ'])('is refused as %j', async (key) => {
      const { status, body: problem } = await post(body, key);
      expect([status, problem.errors]).toEqual([422, ['idempotency_key_invalid']]);
    });
  });

  describe('paging', () => {
    it('shows everything once, though many were created in the same millisecond and more come in meanwhile', async () => {
      await Promise.all(times(25, (at) => create(`Message ${at}`)));
      await service.database.query(`UPDATE activities SET created_at = date_trunc('second', created_at)`);
      const seen: string[] = [];
      let cursor: string | null = null;
      do {
        const { body } = await get(`/activities?limit=4${cursor === null ? '' : `&cursor=${cursor}`}`);
        const page = ActivityPageSchema.parse(body);
        expect(page.activities.length).toBeLessThanOrEqual(4);
        seen.push(...page.activities.map(({ message }) => message));
        cursor = page.next_cursor;
        await create('Newer');
      } while (cursor !== null);
      expect(seen).toHaveLength(25);
      expect(new Set(seen).size).toBe(25);
    });

    it('pages through a user, a search and notifications alike', async () => {
      for (const at of [1, 2, 3]) await create(`Bread ${at} for @noor`);
      for (const list of [
        '/users/pat/activities?',
        '/activities/search?term=bread&',
        `/users/${noor}/notifications?`,
      ]) {
        const first = (await get(`${list}limit=2`)).body;
        const second = (await get(`${list}limit=2&cursor=${first.next_cursor}`)).body;
        expect([...first.activities, ...second.activities].map((activity: Activity) => activity.message)).toEqual([
          'Bread 3 for @noor',
          'Bread 2 for @noor',
          'Bread 1 for @noor',
        ]);
        expect(second.next_cursor).toBeNull();
      }
    });

    it.each([
      ['limit=0', 'limit_invalid'],
      ['limit=101', 'limit_invalid'],
      ['limit=x', 'limit_invalid'],
      ['limit=1&limit=2', 'limit_invalid'],
      ['cursor=zzz', 'cursor_invalid'],
      ['cursor=', 'cursor_invalid'],
    ])('refuses ?%s', async (query, code) => {
      const { status, body } = await get(`/activities?${query}`);
      expect([status, body.errors]).toEqual([422, [code]]);
    });
  });

  describe('GET /activities/search', () => {
    beforeEach(async () => {
      await create('Running shoes for sale');
      await create('I ran to the bakery: fresh bread 🍞');
      await create('No shoes, no bread', noor);
    });

    it.each([
      ['bread', ['No shoes, no bread', 'I ran to the bakery: fresh bread 🍞']],
      ['BREADS', ['No shoes, no bread', 'I ran to the bakery: fresh bread 🍞']],
      ['run', ['Running shoes for sale']],
      ['"fresh bread"', ['I ran to the bakery: fresh bread 🍞']],
      ['shoes -bread', ['Running shoes for sale']],
      ['sale or bakery', ['I ran to the bakery: fresh bread 🍞', 'Running shoes for sale']],
      ['bre', []],
      ['%', []],
      [`' | & ! ( : * \\`, []],
      ['the', []],
    ])('%j finds %j', async (term, messages) => {
      expect(await messagesAt(`/activities/search?term=${encodeURIComponent(term)}`)).toEqual(messages);
    });

    it.each([
      ['', 'search_term_blank'],
      ['?term=%20', 'search_term_blank'],
      ['?term=a%00', 'search_term_invalid'],
    ])('refuses %j', async (query, code) => {
      const { status, body } = await get(`/activities/search${query}`);
      expect([status, body.errors]).toEqual([422, [code]]);
    });
  });

  describe('GET /users/:user_uuid/notifications', () => {
    const told = async (user: string) => {
      const { body } = await get(`/users/${user}/notifications`);
      return NotificationPageSchema.parse(body).activities.map(({ kind, message }) => `${kind}: ${message}`);
    };

    it('tells of replies and of mentions by others, newest first', async () => {
      const { uuid } = await create('To @Noor and @nobody_at_all');
      await answer(uuid, { user_uuid: noor, message: 'Thanks' });
      expect(await told(noor)).toEqual(['mention: To @Noor and @nobody_at_all']);
      expect(await told(DEMO_USER_UUID)).toEqual(['reply: Thanks']);
    });

    it('tells of a reply that also mentions once, and of nobody’s own doing', async () => {
      const { uuid } = await create('Me, @pat');
      await answer(uuid, { user_uuid: DEMO_USER_UUID, message: 'Still me, @pat' });
      await answer(uuid, { user_uuid: noor, message: 'You, @pat, and me, @noor' });
      expect(await told(DEMO_USER_UUID)).toEqual(['reply: You, @pat, and me, @noor']);
      expect(await told(noor)).toEqual([]);
    });

    it('points a reply to its activity', async () => {
      const { uuid } = await create('Hello @noor');
      const { body: reply } = await answer(uuid, { user_uuid: noor, message: 'Hi' });
      expect((await get(`/users/${DEMO_USER_UUID}/notifications`)).body.activities).toMatchObject([
        { uuid: reply.uuid, handle: 'noor', reply_to_activity_uuid: uuid, replies: [], replies_count: 0 },
      ]);
      expect((await get(`/users/${noor}/notifications`)).body.activities).toMatchObject([
        { uuid, handle: 'pat', reply_to_activity_uuid: null, replies: [reply], replies_count: 1 },
      ]);
    });

    it.each([randomUUID(), 'pat'])('knows no user %s', async (user) => {
      const { status, body } = await get(`/users/${user}/notifications`);
      expect([status, body.errors]).toEqual([404, ['user_unknown']]);
    });
  });

  describe('an expired activity', () => {
    it('is nowhere, with its replies', async () => {
      const { uuid } = await create('Bread for @noor');
      await answer(uuid, { user_uuid: noor, message: 'Thanks' });
      await expire(uuid);
      expect((await get(`/activities/${uuid}`)).status).toBe(404);
      const lists = ['/activities', '/users/pat/activities', '/activities/search?term=bread'];
      for (const list of [...lists, `/users/${noor}/notifications`, `/users/${DEMO_USER_UUID}/notifications`]) {
        expect((await get(list)).body).toEqual({ activities: [], next_cursor: null });
      }
      expect((await answer(uuid, { user_uuid: noor, message: 'Too late' })).body.errors).toEqual([
        'activity_not_found',
      ]);
    });

    it('is swept away in the end, and nothing else is', async () => {
      const gone = await create('Bread for @noor');
      await answer(gone.uuid, { user_uuid: noor, message: 'Thanks' }, 'old');
      await service.database.query(`UPDATE idempotency_keys SET created_at = now() - interval '25 hours'`);
      await expire(gone.uuid);
      const kept = await create('Still here');
      await answer(kept.uuid, { user_uuid: noor, message: 'Yes' }, 'new');
      await service.get(Sweeper).sweep();
      const { rows } = await service.database.query(`
        SELECT (SELECT count(*)::int FROM activities) AS activities, (SELECT count(*)::int FROM replies) AS replies,
          (SELECT count(*)::int FROM notifications) AS notifications, (SELECT array_agg(key) FROM idempotency_keys) AS keys`);
      expect(rows).toEqual([{ activities: 1, replies: 1, notifications: 1, keys: ['new'] }]);
    });
  });

  describe('GET', () => {
    it.each([
      ['/activities/not-a-uuid', 'activity_not_found'],
      [`/activities/${randomUUID()}`, 'activity_not_found'],
      ['/users/nobody/activities', 'handle_unknown'],
      ['/users/no%20body/activities', 'handle_unknown'],
      [`/users/${'x'.repeat(90)}/activities`, 'handle_unknown'],
      ['/nowhere', 'route_not_found'],
    ])('%s is 404 %s', async (url, code) => {
      const { status, body } = await get(url);
      expect([status, body.errors]).toEqual([404, [code]]);
    });

    it('lists nothing of a user who wrote nothing', async () => {
      expect((await get('/users/noor/activities')).body).toEqual({ activities: [], next_cursor: null });
    });
  });
});

describe('when the database is away', () => {
  afterAll(() => server.up());

  it('is not ready and answers 503, and is back with it', async () => {
    expect((await get('/health/ready')).status).toBe(200);
    await server.down();
    for (const answer of [
      get('/activities'),
      post({ user_uuid: noor, message: 'Hello' }),
      post({ user_uuid: noor, message: 'Hello' }, 'k'),
    ]) {
      const { status, body, text } = await answer;
      expect(status).toBe(503);
      expect(ProblemSchema.parse(body).title).toBe('Service Unavailable');
      expect(text).not.toMatch(/postgres|127\.0\.0\.1|ECONN/i);
    }
    expect((await get('/health/ready')).status).toBe(503);
    expect((await get('/health/live')).status).toBe(200);
    await server.up();
    expect((await get('/activities')).status).toBe(200);
    expect((await get('/health/ready')).status).toBe(200);
  });
});
