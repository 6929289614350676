import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connect } from 'amqplib';
import { freePort } from '../brokers/broker.js';
import { type RabbitMq, startRabbitMq } from '../brokers/rabbitmq.js';
import { CruddurSystem } from '../support/cruddur-system.js';
import type { ServiceProcess } from '../support/service-process.js';
import { until } from '../support/until.js';

const QUEUE = 'home-activities';
const DEAD = 'home-activities.dead';

let broker: RabbitMq;
let system: CruddurSystem;
let url: string;
const replicas: ServiceProcess[] = [];
beforeAll(async () => {
  const port = await freePort();
  url = `amqp://127.0.0.1:${port}`;
  // The services are there before their broker.
  system = await CruddurSystem.start({ EVENTS_URL: url });
  const { uuid } = await post('Before there was a broker.');
  expect(await onTimeline(uuid)).toBe(0);
  broker = await startRabbitMq(port);
  await until('the first event', async () => (await onTimeline(uuid)) === 1, 60_000);
}, 180_000);
afterAll(async () => {
  for (const replica of replicas) await replica.kill();
  await system?.stop();
  await broker?.stop();
});

const post = async (message: string) => {
  const { status, body, traceId } = await system.post('/api/activities', { message });
  expect(status).toBe(201);
  return { uuid: body.uuid as string, traceId };
};
const count = async (name: 'home-activities' | 'user-activities', from: string): Promise<number> =>
  (await system.query<{ n: number }>(name, `SELECT count(*)::int AS n FROM ${from}`))[0]!.n;
const onTimeline = (uuid: string) => count('home-activities', `timeline WHERE uuid = '${uuid}'`);
const unsent = () => count('user-activities', 'outbox WHERE sent_at IS NULL');

/** Messages that wait in a queue. */
async function waitingIn(queue: string): Promise<number> {
  const connection = await connect(url);
  try {
    const channel = await connection.createChannel();
    return (await channel.checkQueue(queue)).messageCount;
  } finally {
    await connection.close();
  }
}

describe('through RabbitMQ', () => {
  it('a post is one trace from the gateway to the timeline', async () => {
    const { traceId } = await post('Through the broker.');
    const spans = await system.receiver.expectTrace(
      traceId,
      `
      gateway: SERVER POST /api/activities
        gateway: CLIENT POST /activities
          user-activities: SERVER POST /activities
            user-activities: INTERNAL create activity
              user-activities: CLIENT INSERT activities
              user-activities: PRODUCER send activity.created
                home-activities: CONSUMER process activity.created
                  home-activities: CLIENT INSERT timeline
      `,
    );
    for (const span of spans.filter(({ kind }) => kind === 'PRODUCER' || kind === 'CONSUMER')) {
      expect(span.attributes).toMatchObject({
        'messaging.system.name': 'rabbitmq',
        'messaging.message.id': expect.stringMatching(/^[0-9a-f-]{36}$/),
        'messaging.rabbitmq.destination.routing_key': QUEUE,
      });
    }
  });

  it.each([
    ['cannot be processed', `'activity.created', '{"uuid": 1}'`],
    ['nobody handles', `'activity.forgotten', '{}'`],
  ])('an event that %s becomes a dead letter, which is there to be read', async (_what, values) => {
    const before = await waitingIn(DEAD);
    await system.query('user-activities', `INSERT INTO outbox (type, data) VALUES (${values})`);
    await until('the dead letter', async () => (await waitingIn(DEAD)) === before + 1);
    const { uuid } = await post('Behind it.');
    await until('the next event', async () => (await onTimeline(uuid)) === 1);
    expect(await waitingIn(QUEUE)).toBe(0);
    await until('readiness to say so', async () => {
      const ready = await (await fetch(`${system.url('home-activities')}/health/ready`)).json();
      return ready.status === 'degraded' && ready.details.events.dead_letters === before + 1;
    });
  });

  it('an event on which the consumer fails comes again', async () => {
    await system.query('home-activities', 'ALTER TABLE timeline RENAME TO away');
    const failing = await post('Failing first.');
    await until('a delivery that failed', () =>
      system.receiver.trace(failing.traceId).some(({ kind, error }) => kind === 'CONSUMER' && error),
    );
    await system.query('home-activities', 'ALTER TABLE away RENAME TO timeline');
    await until('it again', async () => (await onTimeline(failing.uuid)) === 1);
  });

  it('what is posted during an outage of the broker arrives after it, once', async () => {
    const before = await count('home-activities', 'timeline');
    await broker.crash();
    const uuids = [];
    for (let n = 0; n < 20; n++) uuids.push((await post(`Without a broker ${n}.`)).uuid);
    expect(await unsent()).toBe(20);
    await broker.restart();
    await until('all of them', async () => (await count('home-activities', 'timeline')) === before + 20, 60_000);
    for (const uuid of uuids) expect(await onTimeline(uuid)).toBe(1);
  }, 120_000);

  it('two relays and two consumers at once: nothing twice, nothing left, everybody at work', async () => {
    replicas.push(await system.startReplica('home-activities', { OTEL_SERVICE_NAME: 'second-consumer' }));
    replicas.push(await system.startReplica('user-activities', { OTEL_SERVICE_NAME: 'second-relay' }));
    const before = await count('home-activities', 'timeline');
    await system.query(
      'user-activities',
      `INSERT INTO outbox (type, data, carrier)
       SELECT 'activity.created', json_build_object('uuid', gen_random_uuid(), 'user_uuid', gen_random_uuid(),
         'handle', 'many', 'display_name', 'Many', 'message', n::text, 'created_at', '2020-01-01T00:00:00.000Z',
         'expires_at', '2999-01-01T00:00:00.000Z'),
         json_build_object('traceparent', '00-' || lpad(to_hex(n), 32, 'b') || '-00000000000000ab-01')
       FROM generate_series(1, 3000) n`,
    );
    await until('all', async () => (await count('home-activities', 'timeline')) === before + 3_000, 60_000);
    expect(await waitingIn(QUEUE)).toBe(0);
    const spans = (service: string) =>
      system.receiver.spans.filter((span) => span.service === service && /PRODUCER|CONSUMER/.test(span.kind)).length;
    const everybody = ['user-activities', 'second-relay', 'home-activities', 'second-consumer'];
    await until('spans of everybody', () => everybody.every((service) => spans(service) > 300));
  }, 120_000);
});

describe('a queue that the broker refuses', () => {
  it('keeps the services running, who say why, and is used as soon as it is taken', async () => {
    const other = await startRabbitMq();
    const connection = await connect(`amqp://127.0.0.1:${other.port}`);
    const admin = await connection.createChannel();
    let refused: CruddurSystem | undefined;
    try {
      // Of somebody else, and without what makes a failed event a dead letter.
      await admin.assertQueue(QUEUE, { durable: true });
      refused = await CruddurSystem.start({ EVENTS_URL: `amqp://127.0.0.1:${other.port}` });
      expect((await refused.post('/api/activities', { message: 'Refused.' })).status).toBe(201);
      const names = ['home-activities', 'user-activities'] as const;
      const said = (name: (typeof names)[number]) =>
        refused!.process(name).log.filter(({ msg }) => msg === 'the broker refuses the queue');
      await until('both to say why', () => names.every((name) => said(name).length > 0), 60_000);
      expect(said('home-activities')).toEqual([
        expect.objectContaining({ level: 'error', reason: expect.stringContaining('PRECONDITION_FAILED') }),
      ]);
      await admin.deleteQueue(QUEUE);
      const unsent = 'SELECT count(*)::int AS n FROM outbox WHERE sent_at IS NULL';
      await until(
        'the event',
        async () => (await refused!.query<{ n: number }>('user-activities', unsent))[0]!.n === 0,
        60_000,
      );
    } finally {
      await connection.close().catch(() => undefined);
      await refused?.stop();
      await other.stop();
    }
  }, 180_000);
});
