import { parentPort, workerData } from 'node:worker_threads';
import { Engine, type StoreOptions } from './engine.js';
import { type Message, perform, type Request, toFailure } from './remote.js';

const port = parentPort!;
const post = (message: Message) => port.postMessage(message);

try {
  const engine = await Engine.open(workerData as StoreOptions, (update) => post({ type: 'update', update }));
  port.on('message', (request: Request) => {
    perform(engine, request).then(
      (value) => post({ type: 'answer', id: request.id, value }),
      (error: unknown) => post({ type: 'error', id: request.id, failure: toFailure(error) }),
    );
  });
  post({ type: 'ready' });
} catch (error) {
  post({ type: 'failed', failure: toFailure(error) });
}
