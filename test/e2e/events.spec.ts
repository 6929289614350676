import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { freePort } from '../brokers/broker.js';
import { CruddurSystem } from '../support/cruddur-system.js';
import type { ServiceProcess } from '../support/service-process.js';
import { until } from '../support/until.js';

let system: CruddurSystem;
const replicas: ServiceProcess[] = [];
beforeAll(async () => {
  system = await CruddurSystem.start();
}, 60_000);
afterEach(async () => {
  for (const replica of replicas.splice(0)) await replica.kill();
});
afterAll(() => system.stop());

const post = async (message: string, headers = {}) => {
  const { status, body, traceId } = await system.post('/api/activities', { message }, headers);
  expect(status).toBe(201);
  return { uuid: body.uuid as string, traceId };
};
const count = async (name: 'home-activities' | 'user-activities', from: string): Promise<number> =>
  (await system.query<{ n: number }>(name, `SELECT count(*)::int AS n FROM ${from}`))[0]!.n;
const onTimeline = (uuid: string) => count('home-activities', `timeline WHERE uuid = '${uuid}'`);
const unsent = () => count('user-activities', 'outbox WHERE sent_at IS NULL AND dead_at IS NULL');
const readiness = async (name: 'home-activities' | 'user-activities') =>
  (await (await fetch(`${system.url(name)}/health/ready`)).json()) as Record<string, any>;

const TREE = `
  gateway: SERVER POST /api/activities
    gateway: CLIENT POST /activities
      user-activities: SERVER POST /activities
        user-activities: INTERNAL create activity
          user-activities: CLIENT INSERT activities
          user-activities: PRODUCER send activity.created
            home-activities: CONSUMER process activity.created
              home-activities: CLIENT INSERT timeline
`;

describe('a post', () => {
  it('is one trace from the gateway to the timeline, with the id of the event on both sides of its way', async () => {
    const { uuid, traceId } = await post('To everybody.');
    const spans = await system.receiver.expectTrace(traceId, TREE);
    const send = spans.find(({ kind }) => kind === 'PRODUCER')!;
    const process = spans.find(({ kind }) => kind === 'CONSUMER')!;
    const [event] = await system.query<{ id: string }>(
      'user-activities',
      `SELECT id FROM outbox WHERE data->>'uuid' = $1`,
      [uuid],
    );
    for (const [span, operation] of [
      [send, 'send'],
      [process, 'process'],
    ] as const) {
      expect(span.attributes).toMatchObject({
        'messaging.system.name': 'nestjs',
        'messaging.operation.name': operation,
        'messaging.operation.type': operation,
        'messaging.destination.name': 'activity.created',
        'messaging.message.id': event!.id,
      });
      // Who posted travels with the event, as baggage does.
      expect(span.attributes['user.id']).toBe(spans[0]!.attributes['user.id']);
    }
    expect(send.attributes['cruddur.outbox.wait_ms']).toEqual(expect.any(Number));
    expect(process.links).toEqual([{ traceId, spanId: send.spanId }]);
    expect(process.attributes['cruddur.activity.uuid']).toBe(uuid);
    expect((await system.call('/api/activities/home')).body).toContainEqual(expect.objectContaining({ uuid }));
  });

  it('that is repeated under its Idempotency-Key is told of once', async () => {
    const key = { 'idempotency-key': randomUUID() };
    const { uuid } = await post('Only once.', key);
    await post('Only once.', key);
    expect(await count('user-activities', `outbox WHERE data->>'uuid' = '${uuid}'`)).toBe(1);
  });

  it('that is refused is not told of', async () => {
    const before = await count('user-activities', 'outbox');
    const { status } = await system.post(`/api/activities/${randomUUID()}/reply`, { message: 'To nobody.' });
    expect([status, await count('user-activities', 'outbox')]).toEqual([404, before]);
  });

  it('that nobody takes waits, and arrives in its own trace', async () => {
    await system.process('home-activities').kill();
    const { uuid, traceId } = await post('Into the dark.');
    expect(await unsent()).toBe(1);
    expect((await readiness('user-activities')).details.outbox).toMatchObject({ unsent: 1, dead: 0 });
    await system.startService('home-activities');
    const spans = await system.receiver.expectTrace(traceId, TREE, { timeoutMs: 20_000 });
    const waited = spans.find(({ kind }) => kind === 'PRODUCER')!.attributes['cruddur.outbox.wait_ms'];
    expect(waited).toBeGreaterThan(0);
    expect(await onTimeline(uuid)).toBe(1);
    const said = (text: string) => system.process('user-activities').log.filter(({ msg }) => msg === text);
    await system.receiver.waitFor('the good news', () => said('events are taken again').length > 0);
    expect(said('events are taken again')).toHaveLength(1);
    expect(said('events wait: nobody takes them')).toHaveLength(1);
  }, 40_000);

  it('that cannot be read waits no longer than that, even if no other comes', async () => {
    const before = system.process('user-activities').log.length;
    const said = (text: string) =>
      system
        .process('user-activities')
        .log.slice(before)
        .some(({ msg }) => msg === text);
    await system.query('user-activities', 'ALTER TABLE outbox RENAME TO away');
    await until('the bad news', () => said('events wait: the outbox cannot be read'));
    await system.query('user-activities', 'ALTER TABLE away RENAME TO outbox');
    await until('the good news', () => said('events are taken again'));
  });
});

describe('delivery', () => {
  it('a second time changes nothing, and is counted', async () => {
    const { uuid } = await post('Twice told.');
    await until('the event', async () => (await onTimeline(uuid)) === 1 && (await unsent()) === 0);
    await system.query('user-activities', `UPDATE outbox SET sent_at = NULL WHERE data->>'uuid' = $1`, [uuid]);
    const seen = `inbox WHERE deliveries = 2`;
    await until('the second delivery', async () => (await count('home-activities', seen)) === 1);
    expect(await onTimeline(uuid)).toBe(1);
  });

  it('of an event that cannot be processed ends as a dead letter, and holds up no other', async () => {
    await system.query('user-activities', `INSERT INTO outbox (type, data) VALUES ('activity.created', '{"uuid": 1}')`);
    const { uuid } = await post('Behind the poison.');
    await until('both', async () => (await onTimeline(uuid)) === 1 && (await unsent()) === 0);
    const [dead] = await system.query('user-activities', 'SELECT last_error FROM outbox WHERE dead_at IS NOT NULL');
    expect(dead).toEqual({ last_error: expect.stringMatching(/^not a valid event: data\.uuid/) });
    expect(await readiness('user-activities')).toMatchObject({
      status: 'degraded',
      checks: { database: 'up', outbox: 'degraded' },
      details: { outbox: { dead: 1, unsent: 0 } },
    });
    await system.query('user-activities', 'DELETE FROM outbox WHERE dead_at IS NOT NULL');
    expect((await readiness('user-activities')).status).toBe('ok');
  });

  it('by two relays to two consumers at once: nothing twice, nothing left, everybody at work', async () => {
    const port = String(await freePort());
    replicas.push(await system.startReplica('home-activities', { EVENTS_PORT: port }));
    const second = { HOME_ACTIVITIES_EVENTS_URL: `tcp://127.0.0.1:${port}`, OTEL_SERVICE_NAME: 'second-relay' };
    replicas.push(await system.startReplica('user-activities', second));
    const before = await count('home-activities', 'timeline');
    await system.query(
      'user-activities',
      `INSERT INTO outbox (type, data, carrier)
       SELECT 'activity.created', json_build_object('uuid', gen_random_uuid(), 'user_uuid', gen_random_uuid(),
         'handle', 'many', 'display_name', 'Many', 'message', n::text, 'created_at', '2020-01-01T00:00:00.000Z',
         'expires_at', '2999-01-01T00:00:00.000Z'),
         json_build_object('traceparent', '00-' || lpad(to_hex(n), 32, 'a') || '-00000000000000ab-01')
       FROM generate_series(1, 3000) n`,
    );
    await until('all events', async () => (await unsent()) === 0, 60_000);
    expect(await count('home-activities', 'timeline')).toBe(before + 3_000);
    expect(await count('home-activities', `inbox WHERE deliveries > 2`)).toBe(0);
    const sent = (service: string) =>
      system.receiver.spans.filter((span) => span.service === service && span.kind === 'PRODUCER').length;
    await until('spans of both', () => sent('second-relay') > 300 && sent('user-activities') > 300);
  }, 120_000);
});

describe('polling', () => {
  it('makes no span, and says nothing', async () => {
    await new Promise((resolve) => setTimeout(resolve, 500));
    const seen = () => [system.receiver.spans.length, ...system.names.map((name) => system.process(name).log.length)];
    const before = seen();
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(seen()).toEqual(before);
  });
});

describe('the rebuild command', () => {
  it('restores a timeline beside the running service, and says how far it is', async () => {
    const before = await system.call('/api/activities/home?limit=100');
    await system.query('home-activities', 'TRUNCATE timeline, timeline_replies');
    const src = fileURLToPath(new URL('../../dist/services/home-activities/src/', import.meta.url));
    const env = { PATH: process.env.PATH, ...(await system.environment('home-activities')) };
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [`${src}rebuild.js`], { env });
    expect(stdout).toMatch(/^The timeline has \d+ activities and replies of user-activities\.\n$/);
    expect(stderr).toMatch(/rebuilding the timeline: 100 % \(\d+\/\d+\)\n$/);
    const known = (body: unknown) => (body as { handle: string }[]).filter(({ handle }) => handle !== 'many');
    const after = await system.call('/api/activities/home?limit=100');
    expect(known(after.body)).toEqual(known(before.body));
  }, 30_000);

  it('names what it cannot reach', async () => {
    const src = fileURLToPath(new URL('../../dist/services/home-activities/src/', import.meta.url));
    const unreachable = { USER_ACTIVITIES_URL: 'http://127.0.0.1:1', OTEL_TRACES_EXPORTER: 'none' };
    const env = { ...(await system.environment('home-activities')), ...unreachable };
    const failed = await promisify(execFile)(process.execPath, [`${src}rebuild.js`], { env }).catch(
      (error: { code: number; stderr: string }) => error,
    );
    expect(failed).toMatchObject({ code: 1, stderr: expect.stringMatching(/^Cannot rebuild the timeline: /) });
    expect(failed.stderr).not.toMatch(/\n\s+at /);
  }, 30_000);
});

describe('a port for events that is taken', () => {
  it('is named with the variable that changes it', async () => {
    const { ServiceProcess } = await import('../support/service-process.js');
    const env = await system.environment('home-activities');
    const second = new ServiceProcess('home-activities', { env });
    expect(await second.exited).toBe(1);
    expect(second.stderr).toBe(`home-activities: port ${system.eventsPort} is taken; set EVENTS_PORT to a free one\n`);
  });
});
