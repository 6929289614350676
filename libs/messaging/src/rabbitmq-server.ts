import { Logger } from '@nestjs/common';
import { ServerRMQ } from '@nestjs/microservices';
import type { AmqpConnectionManager } from 'amqp-connection-manager';
import type { ConfirmChannel } from 'amqplib';
import { assertDeadLetters, deadLetterQueueOf, queueOptions, sendTogether } from './rabbitmq-topology.js';
import { retryRefused } from './retry-refused.js';

const RECONNECT_SECONDS = 1;
/** Messages that are processed at once; what a dying receiver gives back. */
const PREFETCH = 100;
const refusals = new Logger('RabbitMqServer');

/** Nest's server with manual acknowledgements and the queue's dead letters. */
export class RabbitMqServer extends ServerRMQ {
  private current: ConfirmChannel | undefined;

  constructor(
    url: string,
    private readonly source: string,
  ) {
    super({
      urls: [url],
      queue: source,
      queueOptions: queueOptions(source),
      noAck: false,
      prefetchCount: PREFETCH,
      socketOptions: { reconnectTimeInSeconds: RECONNECT_SECONDS },
    });
  }

  override async createClient<T>(): Promise<T> {
    return retryRefused(await super.createClient<AmqpConnectionManager>(), refusals) as T;
  }

  override async setupChannel(channel: ConfirmChannel, callback: () => void): Promise<void> {
    sendTogether(channel);
    await assertDeadLetters(channel, this.source);
    await super.setupChannel(channel, callback);
    this.current = channel;
    channel.once('close', () => (this.current = undefined));
  }

  get connected(): boolean {
    return this.current !== undefined;
  }

  /** Dead letters in the broker; undefined while there is no connection. */
  async countDeadLetters(): Promise<number | undefined> {
    const answer = await this.current?.checkQueue(deadLetterQueueOf(this.source));
    return answer?.messageCount;
  }
}
