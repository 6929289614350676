import { Logger, type LoggerService } from '@nestjs/common';
import { ClientRMQ } from '@nestjs/microservices';
import type { AmqpConnectionManager } from 'amqp-connection-manager';
import type { ConfirmChannel } from 'amqplib';
import { assertDeadLetters, queueOptions, sendTogether } from './rabbitmq-topology.js';
import { retryRefused } from './retry-refused.js';

const RECONNECT_SECONDS = 1;

/** The relay says once that nobody takes events; Nest would say so at every attempt to connect. */
const nest = new Logger(ClientRMQ.name);
const quiet: LoggerService = {
  log: () => undefined,
  error: (message: unknown) => nest.debug(message),
  warn: (message: unknown) => nest.warn(message),
};
const refusals = new Logger('RabbitMqClient');

/** Nest's client with the queue's dead letters, declared again after every reconnection. */
export class RabbitMqClient extends ClientRMQ {
  protected override readonly logger = quiet as Logger;

  constructor(
    url: string,
    private readonly target: string,
  ) {
    super({
      urls: [url],
      queue: target,
      queueOptions: queueOptions(target),
      persistent: true,
      socketOptions: { reconnectTimeInSeconds: RECONNECT_SECONDS },
    });
  }

  override createClient(): AmqpConnectionManager {
    return retryRefused(super.createClient() as AmqpConnectionManager, refusals);
  }

  override async setupChannel(channel: ConfirmChannel, resolve: () => void): Promise<void> {
    sendTogether(channel);
    await assertDeadLetters(channel, this.target);
    return super.setupChannel(channel, resolve);
  }
}
