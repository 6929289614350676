import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Broker, freePort, run, startBroker, stopProcess } from './broker.js';

/** The start script itself: the one in the path changes to a user of its own, who cannot write here. */
const COMMAND = '/usr/lib/rabbitmq/bin/rabbitmq-server';

/** RabbitMQ with its own Erlang name server, cookie, node name and folders: nothing shared with another one. */
export async function startRabbitMq(): Promise<Broker> {
  let stopEpmd = () => Promise.resolve();
  const broker = await startBroker(async (port, folder) => {
    const [epmdPort, distributionPort] = [await freePort(), await freePort()];
    // Erlang would start one itself, as a daemon that outlives the broker.
    const epmd = await run(
      { command: 'epmd', args: ['-port', String(epmdPort), '-address', '127.0.0.1'], package: 'rabbitmq-server' },
      join(folder, 'epmd.log'),
    );
    stopEpmd = () => stopProcess(epmd);
    const plugins = join(folder, 'enabled_plugins');
    await writeFile(plugins, '[].');
    return {
      command: COMMAND,
      args: [],
      package: 'rabbitmq-server',
      env: {
        HOME: folder,
        ERL_EPMD_PORT: String(epmdPort),
        RABBITMQ_NODENAME: `test${port}@localhost`,
        RABBITMQ_NODE_IP_ADDRESS: '127.0.0.1',
        RABBITMQ_NODE_PORT: String(port),
        RABBITMQ_DIST_PORT: String(distributionPort),
        RABBITMQ_MNESIA_BASE: join(folder, 'mnesia'),
        RABBITMQ_LOG_BASE: join(folder, 'log'),
        RABBITMQ_ENABLED_PLUGINS_FILE: plugins,
        RABBITMQ_CONFIG_FILE: join(folder, 'rabbitmq'),
        RABBITMQ_CONF_ENV_FILE: join(folder, 'rabbitmq-env.conf'),
        RABBITMQ_PID_FILE: join(folder, 'pid'),
      },
    };
  }).catch(async (error: unknown) => {
    await stopEpmd();
    throw error;
  });
  return {
    port: broker.port,
    async stop() {
      await broker.stop();
      await stopEpmd();
    },
  };
}
