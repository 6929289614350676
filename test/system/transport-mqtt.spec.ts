import { startMosquitto } from '../brokers/mosquitto.js';
import { describeTransport } from '../transports/describe-transport.js';

describeTransport({
  name: 'MQTT 5',
  async start() {
    const { port, stop } = await startMosquitto();
    const mqtt = { transport: 3, options: { url: `mqtt://127.0.0.1:${port}`, protocolVersion: 5 } };
    return { server: mqtt, client: mqtt, stop };
  },
  requestAttributes: { 'server.address': '127.0.0.1' },
  eventAttributes: { 'messaging.system.name': 'mqtt', 'server.address': '127.0.0.1' },
  routesByPacket: false,
});
