import {
  ClientKafka,
  ClientMqtt,
  ClientNats,
  ClientRMQ,
  ClientRedis,
  ClientTCP,
  type KafkaContext,
  type RmqContext,
  type TcpContext,
  Transport,
} from '@nestjs/microservices';
import { ROOT_CONTEXT, context } from '@opentelemetry/api';
import {
  ATTR_MESSAGING_DESTINATION_PARTITION_ID,
  ATTR_MESSAGING_KAFKA_OFFSET,
  ATTR_MESSAGING_MESSAGE_ID,
  ATTR_MESSAGING_RABBITMQ_ROUTING_KEY,
  ATTR_NETWORK_PEER_ADDRESS,
  ATTR_NETWORK_PEER_PORT,
  ATTR_NETWORK_TRANSPORT,
} from '../attributes.js';
import { kafkaCarrier } from './carriers/kafka.carrier.js';
import { metadataCarrier } from './carriers/metadata.carrier.js';
import { mqttCarrier } from './carriers/mqtt.carrier.js';
import { natsCarrier } from './carriers/nats.carrier.js';
import { rmqCarrier } from './carriers/rmq.carrier.js';
import { type Endpoint, endpointAttributes } from './endpoint.js';
import { type TransportDescription, registeredTransports } from './transport.js';

/** What Nest's clients and servers keep of their options. */
interface Configured {
  options?: Record<string, unknown> & { servers?: Endpoint | Endpoint[]; urls?: Endpoint[] };
  host?: string;
  port?: number;
  url?: string;
  brokers?: Endpoint[];
  queue?: string;
}
const configured = (instance: object) => instance as Configured;

const tcp: TransportDescription = {
  system: 'nestjs',
  client: ClientTCP,
  server: Transport.TCP,
  carrier: metadataCarrier,
  describe: (instance) => ({
    [ATTR_NETWORK_TRANSPORT]: 'tcp',
    ...endpointAttributes(configured(instance), 3000),
  }),
  describeMessage(rpcContext) {
    const { netSocket } = (rpcContext as TcpContext).getSocketRef();
    return {
      [ATTR_NETWORK_PEER_ADDRESS]: netSocket?.remoteAddress,
      [ATTR_NETWORK_PEER_PORT]: netSocket?.remotePort,
    };
  },
};

const redis: TransportDescription = {
  system: 'redis',
  client: ClientRedis,
  server: Transport.REDIS,
  carrier: metadataCarrier,
  describe: (instance) => endpointAttributes({ host: 'localhost', ...configured(instance).options }, 6379),
};

const nats: TransportDescription = {
  system: 'nats',
  client: ClientNats,
  server: Transport.NATS,
  carrier: natsCarrier,
  describe: (instance) => endpointAttributes(configured(instance).options?.servers ?? 'localhost', 4222),
};

const mqtt: TransportDescription = {
  system: 'mqtt',
  client: ClientMqtt,
  server: Transport.MQTT,
  carrier: mqttCarrier,
  describe: (instance) => endpointAttributes(configured(instance).url, 1883),
  canCarry: (client) => configured(client).options?.protocolVersion === 5,
};

const rmq: TransportDescription = {
  system: 'rabbitmq',
  client: ClientRMQ,
  server: Transport.RMQ,
  carrier: rmqCarrier,
  describe(instance) {
    const { options, queue } = configured(instance);
    const toQueue = !options?.wildcards && options?.exchangeType !== 'fanout';
    return {
      ...endpointAttributes(options?.urls ?? 'localhost', 5672),
      ...(toQueue && queue && { [ATTR_MESSAGING_RABBITMQ_ROUTING_KEY]: queue }),
    };
  },
  describeMessage(rpcContext) {
    const { messageId } = (rpcContext as RmqContext).getMessage().properties as { messageId?: string };
    return messageId === undefined ? {} : { [ATTR_MESSAGING_MESSAGE_ID]: messageId };
  },
};

const kafka: TransportDescription = {
  system: 'kafka',
  client: ClientKafka,
  server: Transport.KAFKA,
  carrier: kafkaCarrier,
  describe: (instance) => endpointAttributes(configured(instance).brokers, 9092),
  describeMessage(rpcContext) {
    const kafkaContext = rpcContext as KafkaContext;
    return {
      [ATTR_MESSAGING_DESTINATION_PARTITION_ID]: String(kafkaContext.getPartition()),
      [ATTR_MESSAGING_KAFKA_OFFSET]: Number(kafkaContext.getMessage().offset),
    };
  },
  // kafkajs opens the connection to a partition's leader inside the first send to it: not in that send's context.
  connected(client) {
    const { producer } = client as { producer: Producer };
    if (detached.has(producer)) return;
    detached.add(producer);
    const send = producer.send;
    producer.send = (record) => context.with(ROOT_CONTEXT, send, producer, record);
  },
};

type Producer = { send: (this: Producer, record: unknown) => Promise<unknown> };
const detached = new WeakSet<Producer>();

const NEST_TRANSPORTS: readonly TransportDescription[] = [tcp, redis, nats, mqtt, rmq, kafka];

/** A strategy that nobody described: Nest's own place for metadata is the one guess worth making. */
const UNKNOWN_TRANSPORT: TransportDescription = { system: 'nestjs', carrier: metadataCarrier };

export function transportOfClient(instance: object): TransportDescription {
  const isMine = ({ client }: TransportDescription) => client !== undefined && instance instanceof client;
  return registeredTransports.find(isMine) ?? NEST_TRANSPORTS.find(isMine) ?? UNKNOWN_TRANSPORT;
}

export function transportOfServer(instance: { transportId?: unknown }): TransportDescription {
  const isMine = ({ server }: TransportDescription) =>
    typeof server === 'function' ? instance instanceof server : server !== undefined && server === instance.transportId;
  return registeredTransports.find(isMine) ?? NEST_TRANSPORTS.find(isMine) ?? UNKNOWN_TRANSPORT;
}
