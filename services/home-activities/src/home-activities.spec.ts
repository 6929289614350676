import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Activity, type ActivityPage } from '@cruddur/contracts';
import { createService } from '@cruddur/service';
import { startInMemoryTracing } from '@cruddur/telemetry/testing';
import { type Behaviour, garbage, hang, json, Neighbour, reset } from '../../../test/support/neighbour.js';
import { HomeActivitiesConfigSchema } from './home-activities.config.js';
import { HomeActivitiesModule } from './home-activities.module.js';

process.env.LOG_LEVEL = 'silent';
const tracing = startInMemoryTracing();

const HOUR = 3_600_000;
function activity(message: string, livesFor = HOUR): Activity {
  return {
    uuid: 'a1b2c3d4-0000-4000-8000-000000000001',
    handle: 'pat',
    display_name: 'Pat',
    message,
    created_at: '2026-11-21T04:10:00.000Z',
    expires_at: new Date(Date.now() + livesFor).toISOString(),
    likes_count: 0,
    replies_count: 0,
    reposts_count: 0,
    replies: [],
  };
}
const page = (...activities: Activity[]): ActivityPage => ({ activities, next_cursor: null });

let userActivities: Neighbour;
let app: NestFastifyApplication;

beforeEach(async () => {
  tracing.reset();
  userActivities = await Neighbour.start(json(200, page(activity('hello'))));
  const config = HomeActivitiesConfigSchema.parse({
    USER_ACTIVITIES_URL: userActivities.origin,
    USER_ACTIVITIES_TIMEOUT_MS: '50',
  });
  ({ app } = await createService({ module: HomeActivitiesModule.forConfig(config) }));
  await app.init();
});
afterEach(async () => {
  await app.close();
  await userActivities.stop();
});
afterAll(() => tracing.shutdown());

async function home(query = '') {
  const response = await app.inject({ url: `/activities/home${query}` });
  return { status: response.statusCode, json: response.json() };
}
const timelineSpan = () => tracing.spans().find(({ name }) => name === 'load home timeline')!;

describe('GET /activities/home', () => {
  it('gives the page that user-activities has', async () => {
    userActivities.behave = json(200, { activities: [activity('hello')], next_cursor: 'abc' });
    const { status, json: body } = await home('?limit=7');
    expect(status).toBe(200);
    expect(body).toMatchObject({ activities: [{ message: 'hello' }], next_cursor: 'abc', degraded: false });
    expect(userActivities.received[0]!.url).toBe('/activities?limit=7');
    expect(timelineSpan().attributes).toEqual({ 'cruddur.activities.count': 1 });
  });

  it('refuses a limit that is out of range', async () => {
    expect(await home('?limit=101')).toMatchObject({ status: 422, json: { errors: ['limit_invalid'] } });
    expect(userActivities.received).toEqual([]);
  });

  const failures: [string, Behaviour, number][] = [
    ['resets', reset, 502],
    ['hangs', hang, 504],
    ['fails', json(500, {}), 502],
    ['sheds', json(503, {}, { 'retry-after': '9' }), 503],
    ['answers garbage', garbage, 502],
  ];

  it.each(failures)('answers the last page that it knew while user-activities %s', async (_name, behaviour) => {
    userActivities.behave = json(200, page(activity('lasting'), activity('over', -1)));
    await home();
    tracing.reset();
    userActivities.behave = behaviour;
    const { status, json: body } = await home();
    expect(status).toBe(200);
    expect(body).toMatchObject({ degraded: true, activities: [{ message: 'lasting' }] });
    expect(body.activities).toHaveLength(1);
    expect(timelineSpan().attributes).toEqual({ 'cruddur.degraded': true, 'cruddur.activities.count': 1 });
    expect(timelineSpan().events).toMatchObject([{ name: 'answered from memory' }]);
  });

  it.each(failures)(
    'has nothing to answer when user-activities %s from the start',
    async (_name, behaviour, expected) => {
      userActivities.behave = behaviour;
      expect((await home()).status).toBe(expected);
    },
  );

  it('still answers when the circuit is open, and recovers nothing that was not there', async () => {
    await home();
    userActivities.behave = json(500, {});
    for (let i = 0; i < 10; i++) expect((await home()).json.degraded).toBe(true);
    expect(userActivities.received.length).toBeLessThan(11);
    expect(tracing.spans().flatMap(({ events }) => events.map(({ name }) => name))).toContain('circuit open');
    expect((await home('?limit=3')).status).toBe(503);
  });

  it('does not remember further pages', async () => {
    const cursor = 'bWh5bzJ2NDAuYTFiMmMzZDQtMDAwMC00MDAwLTgwMDAtMDAwMDAwMDAwMDAx';
    expect((await home(`?cursor=${cursor}`)).status).toBe(200);
    userActivities.behave = json(500, {});
    expect((await home(`?cursor=${cursor}`)).status).toBe(502);
    expect((await home()).status).toBe(502);
  });

  it('remembers no more than a few limits', async () => {
    for (let limit = 1; limit <= 9; limit++) await home(`?limit=${limit}`);
    userActivities.behave = reset;
    expect((await home('?limit=9')).status).toBe(200);
    expect((await home('?limit=1')).status).toBe(502);
  });
});
