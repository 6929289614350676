import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { ServerKafka, ServerMqtt, ServerNats, ServerRMQ, ServerRedis, ServerTCP } from '@nestjs/microservices';
import { type Observable, of } from 'rxjs';
import { type InMemoryTracing, startInMemoryTracing } from '../testing/index.js';
import { instrumentServer } from './server.instrumentation.js';

let tracing: InMemoryTracing;
beforeAll(() => {
  tracing = startInMemoryTracing();
  // Nest reports messages without a handler.
  Logger.overrideLogger(false);
});
beforeEach(() => tracing.reset());
afterAll(async () => {
  Logger.overrideLogger(true);
  await tracing.shutdown();
});

type AnyServer = {
  addHandler(pattern: unknown, callback: () => Promise<Observable<unknown>>, isEventHandler: boolean): void;
  handleMessage(...args: unknown[]): Promise<unknown>;
};

/** A server with one handler, which is given one message as if it had come from the wire. */
async function receive(candidate: unknown, pattern: unknown, isEvent: boolean, ...message: unknown[]) {
  const server = candidate as AnyServer;
  instrumentServer(server);
  server.addHandler(pattern, () => Promise.resolve(of(1)), isEvent);
  await server.handleMessage(...message).catch(() => {});
  await new Promise((resolve) => setImmediate(resolve));
  return tracing.spans().map(({ name, attributes }) => ({
    name,
    destination: attributes['messaging.destination.name'],
    template: attributes['messaging.destination.template'],
  }));
}

const json = (value: object) => JSON.stringify(value);
const event = (destination: string, template: string) => ({ name: `process ${template}`, destination, template });

describe('Names of messages that a wildcard received', () => {
  it('Redis: the pattern that was subscribed', async () => {
    const create = () => new ServerRedis({ wildcards: true });
    const pub = { publish: () => 0 };
    const data = [json({ data: 1 }), pub, 'user.42'] as const;
    expect(await receive(create(), 'user.*', true, 'user.*', ...data)).toEqual([event('user.42', 'user.*')]);
    tracing.reset();
    const request = [json({ data: 1, id: 'x' }), pub, 'user.42'] as const;
    expect(await receive(create(), 'user.*', false, 'user.*', ...request)).toMatchObject([{ name: 'user.*' }]);
  });

  it('NATS: the subject that was subscribed', async () => {
    const message = (packet: object) => ({ subject: 'user.42', json: () => packet, respond: () => true, reply: 'r' });
    expect(await receive(new ServerNats({}), 'user.*', true, 'user.*', message({ data: 1 }))).toEqual([
      event('user.42', 'user.*'),
    ]);
    tracing.reset();
    expect(await receive(new ServerNats({}), 'user.*', false, 'user.*', message({ data: 1, id: 'x' }))).toMatchObject([
      { name: 'user.*' },
    ]);
  });

  it('MQTT: the topic filter, without the name of a shared subscription', async () => {
    const message = [Buffer.from(json({ data: 1 })), {}, {}] as const;
    expect(await receive(new ServerMqtt({}), '$share/g/user/+', true, 'user/42', ...message)).toEqual([
      event('user/42', 'user/+'),
    ]);
  });

  it('RMQ: the binding key', async () => {
    const server = new ServerRMQ({ wildcards: true, noAck: true });
    const content = Buffer.from(json({ pattern: 'user.42', data: 1 }));
    server.addHandler('user.*', () => Promise.resolve(), true);
    (server as unknown as { initializeWildcardHandlersIfExist(): void }).initializeWildcardHandlersIfExist();
    expect(await receive(server, 'other', true, { content, properties: {} }, {})).toEqual([event('user.42', 'user.*')]);
  });

  it('Kafka: the regular expression, with partition and offset', async () => {
    const payload = { topic: 'user.42', partition: 3, message: { value: '1', headers: {}, offset: '7' } };
    const server = Object.assign(new ServerKafka({}), { parser: { parse: (message: object) => message } });
    expect(await receive(server, /^user\./, true, payload)).toEqual([event('user.42', '/^user\\./')]);
    expect(tracing.spans()[0]?.attributes).toMatchObject({
      'messaging.destination.partition.id': '3',
      'messaging.kafka.offset': 7,
    });
  });
});

describe('Messages that nobody handles', () => {
  const socket = { sendMessage: () => {}, netSocket: {} };
  const secret = 'x'.repeat(500);

  it.each([
    ['a request', { id: '1' }, { name: '_OTHER', attributes: { 'rpc.method': '_OTHER' } }, 'rpc.method_original'],
    ['an event', {}, { name: 'process _OTHER' }, 'messaging.destination.name'],
  ])('make %s of its own name visible, shortened, in an attribute only', async (_what, id, span, attribute) => {
    await receive(new ServerTCP({}), 'known', false, socket, { pattern: secret, data: 1, ...id });
    expect(tracing.spans()).toMatchObject([{ ...span, status: { code: 2 } }]);
    expect(tracing.spans()[0]?.attributes).toMatchObject({
      'error.type': 'no_message_handler',
      [attribute]: 'x'.repeat(128),
    });
  });

  it('belong to the trace that they carry', async () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const packet = { pattern: 'unknown', data: 1, id: '1', metadata: { traceparent } };
    await receive(new ServerTCP({}), 'known', false, socket, packet);
    expect(tracing.spans()[0]?.parentSpanContext).toMatchObject({ spanId: 'b7ad6b7169203331' });
  });

  it('are not those of a deserialiser that forgets the metadata', async () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const deserializer = { deserialize: ({ pattern, data }: Record<string, unknown>) => ({ pattern, data, id: '1' }) };
    const packet = { pattern: 'known', data: 1, metadata: { traceparent } };
    await receive(new ServerTCP({ deserializer }), 'known', false, socket, packet);
    expect(tracing.spans()).toMatchObject([{ name: 'known', parentSpanContext: { spanId: 'b7ad6b7169203331' } }]);
  });

  it('do not disturb a deserialiser that takes its time, or one that makes something else of the message', async () => {
    const deserializer = {
      deserialize: (value: object) => Promise.resolve({ pattern: 'known', data: value, id: '1' }),
    };
    await receive(new ServerTCP({ deserializer }), 'known', false, socket, { foreign: true });
    expect(tracing.spans()).toMatchObject([{ name: 'known', status: { code: 0 } }]);
  });
});
