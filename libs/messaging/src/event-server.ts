import { type MicroserviceOptions, Transport } from '@nestjs/microservices';
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

/** How a service receives events: the options for Nest's `connectMicroservice`. */
export function eventServer({ brokerUrl, queue, host, port }: EventServerOptions): MicroserviceOptions {
  if (brokerUrl !== undefined) return { strategy: new RabbitMqServer(brokerUrl, queue) };
  return { transport: Transport.TCP, options: { host, port } };
}
