import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { CruddurSystem } from '../support/cruddur-system.js';

let system: CruddurSystem;
let activity: { uuid: string; handle: string };

beforeAll(async () => {
  system = await CruddurSystem.start();
  const { body } = await system.call('/api/activities/home?limit=1');
  activity = body[0];
}, 60_000);
afterAll(() => system.stop());

const UNKNOWN = '00000000-0000-4000-8000-000000000000';

describe('one request is one trace', () => {
  it('GET /api/activities/home passes through all three services', async () => {
    const { status, traceId } = await system.call('/api/activities/home');
    expect(status).toBe(200);
    const spans = await system.receiver.expectTrace(
      traceId,
      `
      gateway: SERVER GET /api/activities/home
        gateway: CLIENT GET /activities/home
          home-activities: SERVER GET /activities/home
            home-activities: INTERNAL load home timeline
              home-activities: CLIENT GET /activities
                user-activities: SERVER GET /activities
                  user-activities: CLIENT SELECT activities
      `,
    );
    const load = spans.find(({ name }) => name === 'load home timeline');
    expect(load?.attributes['cruddur.activities.count']).toBeGreaterThan(5);
    expect(new Set(spans.map(({ attributes }) => attributes['user.id'])).size).toBe(1);
    expect(spans[0]?.attributes['user.id']).toMatch(/^[0-9a-f-]{36}$/);
    const statement = spans.find(({ name }) => name === 'SELECT activities');
    expect(statement?.attributes).toMatchObject({
      'db.system.name': 'postgresql',
      'db.namespace': 'user_activities',
      'db.operation.name': 'SELECT',
      'db.collection.name': 'activities',
    });
  });

  it('GET /api/activities/@:handle', async () => {
    const { status, traceId } = await system.call(`/api/activities/@${activity.handle}`);
    expect(status).toBe(200);
    await system.receiver.expectTrace(
      traceId,
      `
      gateway: SERVER GET /api/activities/@:handle
        gateway: CLIENT GET /users/{handle}/activities
          user-activities: SERVER GET /users/:handle/activities
            user-activities: CLIENT SELECT activities
      `,
    );
  });

  it('GET /api/activities/search', async () => {
    const { status, traceId } = await system.call('/api/activities/search?term=bakery');
    expect(status).toBe(200);
    await system.receiver.expectTrace(
      traceId,
      `
      gateway: SERVER GET /api/activities/search
        gateway: CLIENT GET /activities/search
          user-activities: SERVER GET /activities/search
            user-activities: CLIENT SELECT activities
      `,
    );
  });

  it('GET /api/activities/notifications', async () => {
    const { status, traceId } = await system.call('/api/activities/notifications');
    expect(status).toBe(200);
    await system.receiver.expectTrace(
      traceId,
      `
      gateway: SERVER GET /api/activities/notifications
        gateway: CLIENT GET /users/{user_uuid}/notifications
          user-activities: SERVER GET /users/:user_uuid/notifications
            user-activities: CLIENT SELECT notifications
      `,
    );
  });

  it('GET /api/activities/:uuid', async () => {
    const { status, traceId } = await system.call(`/api/activities/${activity.uuid}`);
    expect(status).toBe(200);
    await system.receiver.expectTrace(
      traceId,
      `
      gateway: SERVER GET /api/activities/:uuid
        gateway: CLIENT GET /activities/{uuid}
          user-activities: SERVER GET /activities/:uuid
            user-activities: CLIENT SELECT activities
      `,
    );
  });

  it('POST /api/activities', async () => {
    const { status, body, traceId } = await system.post('/api/activities', { message: 'Tracing my first post.' });
    expect(status).toBe(201);
    const spans = await system.receiver.expectTrace(
      traceId,
      `
      gateway: SERVER POST /api/activities
        gateway: CLIENT POST /activities
          user-activities: SERVER POST /activities
            user-activities: INTERNAL create activity
              user-activities: CLIENT INSERT activities
      `,
    );
    expect(spans.find(({ name }) => name === 'create activity')?.attributes['cruddur.activity.uuid']).toBe(body.uuid);
  });

  it('POST /api/activities/:uuid/reply', async () => {
    const { status, traceId } = await system.post(`/api/activities/${activity.uuid}/reply`, { message: 'Me too.' });
    expect(status).toBe(201);
    await system.receiver.expectTrace(
      traceId,
      `
      gateway: SERVER POST /api/activities/:uuid/reply
        gateway: CLIENT POST /activities/{uuid}/replies
          user-activities: SERVER POST /activities/:uuid/replies
            user-activities: INTERNAL create reply
              user-activities: CLIENT UPDATE activities
      `,
    );
  });
});

describe('a request that cannot be served', () => {
  it('is not an error of the server span when the handle is unknown', async () => {
    const { status, body, traceId } = await system.call('/api/activities/@nobody_at_all');
    expect([status, body.errors, body.trace_id]).toEqual([404, ['handle_unknown'], traceId]);
    await system.receiver.expectTrace(
      traceId,
      `
      gateway: SERVER GET /api/activities/@:handle
        gateway: CLIENT GET /users/{handle}/activities (error)
          user-activities: SERVER GET /users/:handle/activities
            user-activities: CLIENT SELECT activities
            user-activities: CLIENT SELECT users
      `,
    );
  });

  it('is answered by the gateway alone when it is invalid', async () => {
    const { status, body, traceId } = await system.post('/api/activities', { message: 'x'.repeat(281), ttl: '2-days' });
    expect([status, body.errors, body.trace_id]).toEqual([422, ['message_too_long', 'ttl_unknown'], traceId]);
    await system.receiver.expectTrace(traceId, 'gateway: SERVER POST /api/activities');
  });

  it('has no route and no invented name when there is none', async () => {
    const { status, traceId } = await system.call('/api/nothing/here');
    expect(status).toBe(404);
    const [span] = await system.receiver.expectTrace(traceId, 'gateway: SERVER GET');
    expect(span?.attributes).not.toHaveProperty('http.route');
  });

  it('carries the exception once per service when user-activities breaks', async () => {
    const database = new pg.Client({ connectionString: await system.postgres.createDatabase('user_activities') });
    await database.connect();
    await database.query('ALTER TABLE activities RENAME TO hidden');
    const { status, body, traceId } = await system.call(`/api/activities/${UNKNOWN}`);
    await database.query('ALTER TABLE hidden RENAME TO activities');
    await database.end();
    expect([status, body.errors, body.trace_id]).toEqual([502, ['upstream_failed'], traceId]);
    expect(JSON.stringify(body)).not.toMatch(/relation|hidden|\n\s+at /);
    const spans = await system.receiver.expectTrace(
      traceId,
      `
      gateway: SERVER GET /api/activities/:uuid (error)
        gateway: CLIENT GET /activities/{uuid} (error)
          user-activities: SERVER GET /activities/:uuid (error)
            user-activities: CLIENT SELECT activities (error)
      `,
    );
    for (const server of spans.filter(({ kind }) => kind === 'SERVER')) {
      expect(server.events.map(({ name }) => name)).toEqual(['exception']);
    }
  });
});
