import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type Broker, freePort, startBroker } from './broker.js';

const execute = promisify(execFile);
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
/** Kept between runs: it is 100 MB. */
const LIBRARIES = here('../../.data/kafka-3.9.0');

/** One Kafka broker that is its own controller (KRaft), from its Maven artifacts on Java 17. */
export async function startKafka(): Promise<Broker> {
  await fetchLibraries();
  return startBroker(async (port, folder) => {
    const config = join(folder, 'server.properties');
    await writeFile(config, properties(port, await freePort(), join(folder, 'data')));
    const java = ['-Xmx384m', '-cp', `${LIBRARIES}/*`];
    const format = ['kafka.tools.StorageTool', 'format', '-t', 'Y3J1ZGR1ci1icm9rZXItdA', '-c', config];
    await execute('java', [...java, ...format]);
    return { command: 'java', args: [...java, 'kafka.Kafka', config], package: 'openjdk-17-jre-headless' };
  });
}

async function fetchLibraries(): Promise<void> {
  if (existsSync(LIBRARIES)) return;
  const unfinished = `${LIBRARIES}.${process.pid}`;
  await mkdir(unfinished, { recursive: true });
  const goal = ['dependency:copy-dependencies', `-DoutputDirectory=${unfinished}`];
  await execute('mvn', ['-q', '-B', '-f', here('./kafka-pom.xml'), ...goal], { timeout: 300_000 });
  await rename(unfinished, LIBRARIES);
}

function properties(port: number, controllerPort: number, data: string): string {
  return Object.entries({
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
    listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${port}`,
    'controller.listener.names': 'CONTROLLER',
    'log.dirs': data,
    'auto.create.topics.enable': true,
    'num.partitions': 1,
    'offsets.topic.num.partitions': 1,
    'offsets.topic.replication.factor': 1,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'group.initial.rebalance.delay.ms': 0,
  })
    .map(([name, value]) => `${name}=${value}`)
    .join('\n');
}
