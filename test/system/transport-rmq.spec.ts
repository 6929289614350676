import { startRabbitMq } from '../brokers/rabbitmq.js';
import { describeTransport } from '../transports/describe-transport.js';

describeTransport({
  name: 'RabbitMQ',
  async start() {
    const broker = await startRabbitMq();
    const options = { urls: [`amqp://127.0.0.1:${broker.port}`], queue: 'handler', queueOptions: { durable: true } };
    const rmq = { transport: 5, options };
    return { server: rmq, client: rmq, stop: () => broker.stop() };
  },
  requestAttributes: { 'server.address': '127.0.0.1', 'messaging.rabbitmq.destination.routing_key': 'handler' },
  eventAttributes: { 'messaging.system.name': 'rabbitmq', 'messaging.rabbitmq.destination.routing_key': 'handler' },
  routesByPacket: true,
});
