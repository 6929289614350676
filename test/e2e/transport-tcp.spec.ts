import { freePort } from '../brokers/broker.js';
import { describeTransport } from '../transports/describe-transport.js';

describeTransport({
  name: 'TCP',
  async start() {
    const tcp = { transport: 0, options: { host: '127.0.0.1', port: await freePort() } };
    return { server: tcp, client: tcp, stop: () => Promise.resolve() };
  },
  requestAttributes: { 'network.transport': 'tcp', 'server.address': '127.0.0.1' },
  eventAttributes: { 'messaging.system.name': 'nestjs', 'network.transport': 'tcp' },
  routesByPacket: true,
});
