import { z } from 'zod';

/** Where Nest's TCP transport finds the receiver: `tcp://host:port`. */
export const tcpUrlSchema = z
  .url({ protocol: /^tcp$/, error: 'must be tcp://host:port', abort: true })
  .refine((url) => {
    const { hostname, port } = new URL(url);
    return hostname !== '' && port !== '';
  }, 'must be tcp://host:port');

/** A RabbitMQ broker: `amqp://user:password@host:port/vhost`. */
export const brokerUrlSchema = z.url({
  protocol: /^amqps?$/,
  hostname: /./,
  error: 'must be amqp://user:password@host:5672',
});
