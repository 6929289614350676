import type { ChildProcess } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Broker, type BrokerCommand, freePort, run, startBroker, stopProcess } from './broker.js';

/** The start script itself: the one in the path changes to a user of its own, who cannot write here. */
const COMMAND = '/usr/lib/rabbitmq/bin/rabbitmq-server';

/** RabbitMQ with its own Erlang name server, cookie, node name and folders: nothing shared with another one. */
export class RabbitMq implements Broker {
  private broker: Broker | undefined;

  private constructor(
    readonly port: number,
    private readonly folder: string,
    private readonly epmdPort: number,
    private readonly distributionPort: number,
    private readonly epmd: ChildProcess,
  ) {}

  static async start(port?: number): Promise<RabbitMq> {
    const folder = await mkdtemp(join(tmpdir(), 'cruddur-broker-'));
    const [brokerPort, epmdPort, distributionPort] = [port ?? (await freePort()), await freePort(), await freePort()];
    await writeFile(join(folder, 'enabled_plugins'), '[].');
    // Erlang would start one itself, as a daemon that outlives the broker.
    const args = ['-port', String(epmdPort), '-address', '127.0.0.1'];
    const epmd = await run({ command: 'epmd', args, package: 'rabbitmq-server' }, join(folder, 'epmd.log'));
    const rabbitMq = new RabbitMq(brokerPort, folder, epmdPort, distributionPort, epmd);
    await rabbitMq.restart().catch(async (error: unknown) => {
      await rabbitMq.stop();
      throw error;
    });
    return rabbitMq;
  }

  /** Starts it again on the same port and with what it had on disk, after {@link crash}. */
  async restart(): Promise<void> {
    this.broker = await startBroker(() => this.describe(), { port: this.port, folder: this.folder });
  }

  async crash(): Promise<void> {
    await this.broker?.crash();
  }

  async stop(): Promise<void> {
    await this.broker?.stop();
    await stopProcess(this.epmd);
    await rm(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }

  private describe(): BrokerCommand {
    const { port, folder } = this;
    return {
      command: COMMAND,
      args: [],
      package: 'rabbitmq-server',
      env: {
        HOME: folder,
        ERL_EPMD_PORT: String(this.epmdPort),
        RABBITMQ_NODENAME: `test${port}@localhost`,
        RABBITMQ_NODE_IP_ADDRESS: '127.0.0.1',
        RABBITMQ_NODE_PORT: String(port),
        RABBITMQ_DIST_PORT: String(this.distributionPort),
        RABBITMQ_MNESIA_BASE: join(folder, 'mnesia'),
        RABBITMQ_LOG_BASE: join(folder, 'log'),
        RABBITMQ_ENABLED_PLUGINS_FILE: join(folder, 'enabled_plugins'),
        RABBITMQ_CONFIG_FILE: join(folder, 'rabbitmq'),
        RABBITMQ_CONF_ENV_FILE: join(folder, 'rabbitmq-env.conf'),
        RABBITMQ_PID_FILE: join(folder, 'pid'),
      },
    };
  }
}

export function startRabbitMq(port?: number): Promise<RabbitMq> {
  return RabbitMq.start(port);
}
