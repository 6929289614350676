import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { headers as natsHeaders } from '@nats-io/transport-node';
import {
  ClientKafka,
  ClientMqtt,
  ClientNats,
  ClientRMQ,
  ClientTCP,
  KafkaContext,
  MqttContext,
  MqttRecord,
  MqttRecordBuilder,
  NatsContext,
  NatsRecord,
  NatsRecordBuilder,
  RmqContext,
  RmqRecordBuilder,
  TcpContext,
} from '@nestjs/microservices';
import { ROOT_CONTEXT, context } from '@opentelemetry/api';
import { type Observable, lastValueFrom } from 'rxjs';
import { withSpan } from '../../spans/with-span.js';
import { type InMemoryTracing, startInMemoryTracing } from '../../testing/index.js';
import { fieldGetter } from '../field-getter.js';
import { instrumentClients } from '../client.instrumentation.js';
import { kafkaCarrier } from './kafka.carrier.js';
import { metadataCarrier } from './metadata.carrier.js';
import { mqttCarrier } from './mqtt.carrier.js';
import { natsCarrier } from './nats.carrier.js';
import { rmqCarrier } from './rmq.carrier.js';

let tracing: InMemoryTracing;
beforeAll(() => {
  tracing = startInMemoryTracing();
  instrumentClients();
});
beforeEach(() => tracing.reset());
afterAll(() => tracing.shutdown());

/** Puts a fake in place of the connection: what Nest would have written to the wire is what it was called with. */
function connectTo<T extends object>(client: T, connection: Record<string, unknown>): T {
  return Object.assign(client, { connect: () => Promise.resolve(), ...connection });
}

const emit = (client: { emit(pattern: string, data: unknown): Observable<unknown> }, data: unknown) =>
  lastValueFrom(client.emit('added', data), { defaultValue: null });
const traceparent = () => {
  const { traceId, spanId } = tracing.spans().at(-1)!.spanContext();
  return `00-${traceId}-${spanId}-01`;
};
/** A serialiser of the application's own: notes what it was given. */
function notingSerializer(given: unknown[]) {
  return {
    serialize(value: { pattern?: unknown; data?: unknown }) {
      given.push(value.data);
      return { pattern: value.pattern, data: `<${String(value.data)}>` };
    },
  };
}

describe('RMQ', () => {
  type Written = [string, Buffer, { headers?: Record<string, unknown>; priority?: number }];
  const written: Written[] = [];
  const channel = {
    sendToQueue(...args: unknown[]) {
      written.push(args.slice(0, 3) as Written);
      (args[3] as () => void)();
      return Promise.resolve();
    },
  };
  beforeEach(() => void written.splice(0));

  it('adds headers to those of a record and of the client, and leaves the record alone', async () => {
    const record = new RmqRecordBuilder({ a: 1 }).setOptions({ headers: { 'x-tenant': 'a' }, priority: 3 }).build();
    Object.freeze(record.options?.headers);
    await emit(connectTo(new ClientRMQ({ headers: { 'x-client': 'c' } }), { channel }), Object.freeze(record));
    const [[, content, options]] = written as [Written];
    expect(JSON.parse(content.toString())).toEqual({ pattern: 'added', data: { a: 1 } });
    expect(options.priority).toBe(3);
    expect(options.headers).toEqual({ 'x-client': 'c', 'x-tenant': 'a', traceparent: traceparent() });
  });

  it("replaces a stale traceparent that came with the caller's headers", async () => {
    const record = new RmqRecordBuilder(1).setOptions({ headers: { traceparent: 'stale' } }).build();
    await emit(connectTo(new ClientRMQ({}), { channel }), record);
    expect(written[0]?.[2].headers).toEqual({ traceparent: traceparent() });
  });

  it('shows a serialiser of the application what it would see otherwise', async () => {
    const given: unknown[] = [];
    await emit(connectTo(new ClientRMQ({ serializer: notingSerializer(given) }), { channel }), 'plain');
    expect(given).toEqual(['plain']);
    expect(JSON.parse(written[0]![1].toString())).toEqual({ pattern: 'added', data: '<plain>' });
    expect(written[0]?.[2].headers).toEqual({ traceparent: traceparent() });
  });

  it('reads headers of a message', () => {
    const contextOf = (properties: object) => new RmqContext([{ properties }, {}, 'added'] as never);
    expect(rmqCarrier.extract(contextOf({ headers: { traceparent: 'x' } }))).toEqual({ traceparent: 'x' });
    expect(rmqCarrier.extract(contextOf({}))).toBeUndefined();
  });
});

describe('NATS', () => {
  type Written = [string, string, { headers: ReturnType<typeof natsHeaders> }];
  const written: Written[] = [];
  const natsClient = { publish: (...args: unknown[]) => void written.push(args as Written) };
  beforeEach(() => void written.splice(0));

  it('adds headers to those of a record and of the client, and leaves the record alone', async () => {
    const headers = natsHeaders();
    headers.append('x-tenant', 'a');
    headers.append('x-tenant', 'b');
    const record = new NatsRecordBuilder({ a: 1 }).setHeaders(headers).build();
    await emit(connectTo(new ClientNats({ headers: { 'x-client': 'c' } }), { natsClient }), record);
    const [, data, options] = written[0]!;
    expect(JSON.parse(data)).toEqual({ pattern: 'added', data: { a: 1 } });
    expect(options.headers.values('x-tenant')).toEqual(['a', 'b']);
    expect([options.headers.get('x-client'), options.headers.get('traceparent')]).toEqual(['c', traceparent()]);
    expect(headers.keys()).toEqual(['x-tenant']);
  });

  it('shows a serialiser of the application what it would see otherwise', async () => {
    const given: unknown[] = [];
    await emit(connectTo(new ClientNats({ serializer: notingSerializer(given) }), { natsClient }), 'plain');
    expect(given).toEqual(['plain']);
    expect(written[0]?.[1]).toBe('<plain>');
    expect(written[0]?.[2].headers.get('traceparent')).toBe(traceparent());
    expect(new NatsRecord('plain')).toBeInstanceOf(NatsRecord);
  });

  it('reads headers of a message', () => {
    const headers = natsHeaders();
    headers.set('traceparent', 'x');
    expect(natsCarrier.extract(new NatsContext(['added', headers]))).toMatchObject({ traceparent: 'x' });
    expect(natsCarrier.extract(new NatsContext(['added', undefined]))).toBeUndefined();
  });
});

describe('MQTT', () => {
  type Written = [string, string, { qos?: number; properties?: { userProperties?: object } } | undefined];
  const written: Written[] = [];
  const mqttClient = {
    publish(...args: unknown[]) {
      written.push(args.slice(0, 3) as Written);
      (args[3] as () => void)();
    },
  };
  beforeEach(() => void written.splice(0));

  it('adds user properties to those of a record and of the client, and leaves the record alone', async () => {
    const properties = Object.freeze({ userProperties: Object.freeze({ tenant: 'a' }), contentType: 'json' });
    const record = new MqttRecordBuilder({ a: 1 }).setQoS(1).setProperties(properties).build();
    const client = new ClientMqtt({ protocolVersion: 5, userProperties: { client: 'c' } });
    await emit(connectTo(client, { mqttClient }), Object.freeze(record));
    const [, data, options] = written[0]!;
    expect(JSON.parse(data)).toEqual({ pattern: 'added', data: { a: 1 } });
    expect(options).toEqual({
      qos: 1,
      properties: { contentType: 'json', userProperties: { client: 'c', tenant: 'a', traceparent: traceparent() } },
    });
    expect(record.options?.properties).toBe(properties);
  });

  it('shows a serialiser of the application what it would see otherwise', async () => {
    const given: unknown[] = [];
    const serializer = notingSerializer(given);
    await emit(connectTo(new ClientMqtt({ protocolVersion: 5, serializer }), { mqttClient }), 'plain');
    const record = new MqttRecord('own', { qos: 2 });
    await emit(connectTo(new ClientMqtt({ protocolVersion: 5, serializer }), { mqttClient }), record);
    expect(given).toEqual(['plain', record]);
    expect(written[1]?.[2]).toMatchObject({ qos: 2, properties: { userProperties: { traceparent: traceparent() } } });
  });

  it('sends nothing extra where the protocol is 3.1.1, which has no place for it', async () => {
    await emit(connectTo(new ClientMqtt({}), { mqttClient }), 'plain');
    expect(written).toEqual([['added', '{"pattern":"added","data":"plain"}', undefined]]);
  });

  it('reads user properties of a message', () => {
    const contextOf = (packet: object) => new MqttContext(['added', packet]);
    expect(mqttCarrier.extract(contextOf({ properties: { userProperties: { a: '1' } } }))).toEqual({ a: '1' });
    expect(mqttCarrier.extract(contextOf({}))).toBeUndefined();
  });
});

describe('Kafka', () => {
  type Message = { key?: unknown; value: unknown; headers: Record<string, unknown> };
  const sent: { topic: string; messages: Message[] }[] = [];
  const sentIn: unknown[] = [];
  const _producer = {
    send(record: { topic: string; messages: Message[] }) {
      sent.push(record);
      sentIn.push(context.active());
      return Promise.resolve([]);
    },
  };
  const createClient = (options = {}) => connectTo(new ClientKafka(options), { _producer });
  beforeEach(() => void sent.splice(0));

  it("adds headers to those of the caller's message", async () => {
    await emit(createClient(), { key: 'k', value: { a: 1 }, headers: { 'x-tenant': 'a' } });
    expect(sent[0]).toEqual({
      topic: 'added',
      messages: [{ key: 'k', value: '{"a":1}', headers: { 'x-tenant': 'a', traceparent: traceparent() } }],
    });
  });

  it('waits for a serialiser of the application that takes its time, and shows it the value as it is', async () => {
    const given: unknown[] = [];
    const serializer = {
      async serialize(value: unknown) {
        given.push(value);
        await Promise.resolve();
        return { value: Buffer.from([0, 1]), headers: { schema: '7' } };
      },
    };
    await emit(createClient({ serializer }), 'plain');
    expect(given).toEqual(['plain']);
    expect(sent[0]?.messages[0]?.headers).toEqual({ schema: '7', traceparent: traceparent() });
  });

  it('carries one PRODUCER span in every message of a batch', async () => {
    await lastValueFrom(createClient().emitBatch('added', { messages: [{ value: 'a' }, { value: 'b' }] }));
    const headers = { traceparent: traceparent() };
    expect(sent[0]?.messages).toEqual([
      { value: 'a', headers },
      { value: 'b', headers },
    ]);
    expect(tracing.spans()).toMatchObject([
      { name: 'send added', attributes: { 'messaging.system.name': 'kafka', 'messaging.batch.message_count': 2 } },
    ]);
  });

  it('opens the connections that kafkajs opens when it sends outside of any request', async () => {
    sentIn.splice(0);
    const client = createClient();
    await withSpan('caller', () => emit(client, 'a'));
    await withSpan('caller', () => emit(client, 'b'));
    expect(sentIn).toEqual([ROOT_CONTEXT, ROOT_CONTEXT]);
  });

  it('reads headers that are bytes', () => {
    const message = { headers: { traceparent: Buffer.from('x') } };
    const fields = kafkaCarrier.extract(new KafkaContext([message] as never));
    expect(fieldGetter.get(fields!, 'traceparent')).toBe('x');
  });
});

describe('TCP and Redis', () => {
  const sent: unknown[] = [];
  const socket = { sendMessage: (message: unknown) => void sent.push(message) };
  beforeEach(() => void sent.splice(0));

  it('survives a serialiser that builds the envelope anew', async () => {
    const serializer = { serialize: ({ pattern, data }: { pattern: unknown; data: unknown }) => ({ pattern, data }) };
    await emit(connectTo(new ClientTCP({ serializer }), { socket }), 'plain');
    expect(sent).toEqual([{ pattern: 'added', data: 'plain', metadata: { traceparent: traceparent() } }]);
  });

  it('adds nothing to an envelope of a foreign format', async () => {
    const serializer = { serialize: ({ data }: { data: unknown }) => ({ body: data }) };
    await emit(connectTo(new ClientTCP({ serializer }), { socket }), 'plain');
    expect(sent).toEqual([{ body: 'plain' }]);
  });

  it('reads metadata only where it is an object', () => {
    const contextOf = (metadata: unknown) => new TcpContext([{}, 'added', metadata] as never);
    expect(metadataCarrier.extract(contextOf({ traceparent: 'x' }))).toEqual({ traceparent: 'x' });
    expect(metadataCarrier.extract(contextOf('traceparent'))).toBeUndefined();
    expect(metadataCarrier.extract({})).toBeUndefined();
  });
});
