import { type Broker, startBroker } from './broker.js';

export function startRedis(): Promise<Broker> {
  return startBroker((port, folder) => ({
    command: 'redis-server',
    args: ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', folder],
    package: 'redis-server',
  }));
}
