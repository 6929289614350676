import kafkajs from 'kafkajs';
import { startKafka } from '../brokers/kafka.js';
import { describeTransport } from '../transports/describe-transport.js';

const REQUESTS = ['add', 'count', 'fail', 'refuse', 'dawdle', 'nobody'];
const TOPICS = [...REQUESTS, ...REQUESTS.map((pattern) => `${pattern}.reply`), 'created', 'spoilt'];

/** Kafka makes topics when they are first asked for, but answers that they are not there. */
async function createTopics(brokers: string[]): Promise<void> {
  const admin = new kafkajs.Kafka({ brokers, logLevel: kafkajs.logLevel.NOTHING }).admin();
  await admin.connect();
  await admin.createTopics({ topics: TOPICS.map((topic) => ({ topic, numPartitions: 1 })) });
  await admin.disconnect();
}

describeTransport({
  name: 'Kafka',
  async start() {
    const { port, stop } = await startKafka();
    const brokers = [`127.0.0.1:${port}`];
    await createTopics(brokers);
    const client = { brokers, logLevel: kafkajs.logLevel.NOTHING };
    const kafka = {
      transport: 6,
      options: { client, consumer: { groupId: 'test' }, run: { partitionsConsumedConcurrently: 4 } },
    };
    return { server: kafka, client: kafka, stop };
  },
  requestAttributes: { 'server.address': '127.0.0.1' },
  eventAttributes: { 'messaging.system.name': 'kafka', 'server.address': '127.0.0.1' },
  routesByPacket: false,
  redelivers: true,
});
