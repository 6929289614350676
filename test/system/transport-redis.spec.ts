import { startRedis } from '../brokers/redis.js';
import { describeTransport } from '../transports/describe-transport.js';

describeTransport({
  name: 'Redis',
  async start() {
    const { port, stop } = await startRedis();
    const redis = { transport: 1, options: { host: '127.0.0.1', port } };
    return { server: redis, client: redis, stop };
  },
  requestAttributes: { 'server.address': '127.0.0.1' },
  eventAttributes: { 'messaging.system.name': 'redis', 'server.address': '127.0.0.1' },
  routesByPacket: false,
});
