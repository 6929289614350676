import { type MicroserviceOptions, Transport } from '@nestjs/microservices';
import { EventSocket } from './event-socket.js';
import { RabbitMqServer } from './rabbitmq-server.js';

export interface EventServerOptions {
  /** Of a RabbitMQ; without it the events come over TCP. */
  brokerUrl?: string | undefined;
  /** The queue, named after the service that reads it. */
  queue: string;
  /** For TCP. */
  host: string;
  port: number;
}

/** How a service receives events: the options for Nest's `connectMicroservice`, and the broker's client if there is one. */
export function eventServer({ brokerUrl, queue, host, port }: EventServerOptions): {
  server: MicroserviceOptions;
  broker?: RabbitMqServer;
} {
  if (brokerUrl === undefined)
    return { server: { transport: Transport.TCP, options: { host, port, socketClass: EventSocket } } };
  const broker = new RabbitMqServer(brokerUrl, queue);
  return { server: { strategy: broker }, broker };
}
