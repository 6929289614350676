import type { Duplex } from 'node:stream';
import type { ConfirmChannel } from 'amqplib';
import { holdWrites } from './hold-writes.js';

/** Deliveries of one message before it becomes a dead letter. RabbitMQ 4 has the same number as its default. */
const DELIVERY_LIMIT = 20;

export function deadLetterQueueOf(queue: string): string {
  return `${queue}.dead`;
}

/**
 * Sender and receiver declare the queue, whoever comes first, and RabbitMQ refuses the second one unless all arguments
 * are the same. A quorum queue, because only those count deliveries; at-least-once dead-lettering needs reject-publish.
 */
export function queueOptions(queue: string) {
  return {
    durable: true,
    arguments: {
      'x-queue-type': 'quorum',
      'x-delivery-limit': DELIVERY_LIMIT,
      'x-dead-letter-exchange': deadLetterQueueOf(queue),
      'x-dead-letter-routing-key': queue,
      'x-dead-letter-strategy': 'at-least-once',
      'x-overflow': 'reject-publish',
    },
  };
}

/** Without a queue behind the exchange dead letters would vanish. */
export async function assertDeadLetters(channel: ConfirmChannel, queue: string): Promise<void> {
  const name = deadLetterQueueOf(queue);
  await channel.assertExchange(name, 'direct', { durable: true });
  await channel.assertQueue(name, { durable: true, arguments: { 'x-queue-type': 'quorum' } });
  await channel.bindQueue(name, name, queue);
}

/** What is published or acknowledged in one turn leaves together: amqplib writes each message by itself. */
export function sendTogether({ connection }: ConfirmChannel): void {
  const { stream } = connection as unknown as { stream: Duplex };
  const write = stream.write.bind(stream) as (chunk: unknown) => boolean;
  stream.write = (chunk: unknown) => {
    holdWrites(stream);
    return write(chunk);
  };
}
