import type { LoggerService } from '@nestjs/common';
import type { AmqpConnectionManager } from 'amqp-connection-manager';

const RETRY_MS = 5_000;

/**
 * What the broker refuses, such as a queue that exists with other arguments, closes the channel for good, and nobody
 * listens: the error would end the process. Says so once, and connects again until the broker takes it.
 */
export function retryRefused(manager: AmqpConnectionManager, logger: LoggerService): AmqpConnectionManager {
  const create = manager.createChannel.bind(manager);
  manager.createChannel = (options) => {
    let reported: string | undefined;
    let timer: NodeJS.Timeout | undefined;
    const channel = create(options);
    channel.on('error', ({ message }) => {
      if (message !== reported) logger.error({ reason: message }, 'the broker refuses the queue');
      reported = message;
      timer ??= setTimeout(() => {
        timer = undefined;
        manager.reconnect();
      }, RETRY_MS).unref();
    });
    channel.on('close', () => clearTimeout(timer));
    return channel;
  };
  return manager;
}
