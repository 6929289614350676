import { startNats } from '../brokers/nats.js';
import { describeTransport } from '../transports/describe-transport.js';

describeTransport({
  name: 'NATS',
  async start() {
    const { port, stop } = await startNats();
    const nats = { transport: 2, options: { servers: [`nats://127.0.0.1:${port}`] } };
    return { server: nats, client: nats, stop };
  },
  requestAttributes: { 'server.address': '127.0.0.1' },
  eventAttributes: { 'messaging.system.name': 'nats', 'server.address': '127.0.0.1' },
  routesByPacket: false,
});
