import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Broker, startBroker } from './broker.js';

export function startMosquitto(): Promise<Broker> {
  return startBroker(async (port, folder) => {
    const config = join(folder, 'mosquitto.conf');
    // Its default queues a hundred messages per client and drops the rest.
    await writeFile(config, `listener ${port} 127.0.0.1\nallow_anonymous true\nmax_queued_messages 0\n`);
    return { command: 'mosquitto', args: ['-c', config], package: 'mosquitto' };
  });
}
