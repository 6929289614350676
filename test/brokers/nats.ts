import { type Broker, startBroker } from './broker.js';

export function startNats(): Promise<Broker> {
  return startBroker((port) => ({
    command: 'nats-server',
    args: ['--addr', '127.0.0.1', '--port', String(port)],
    package: 'nats-server',
  }));
}
