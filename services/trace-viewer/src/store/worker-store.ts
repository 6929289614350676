import { Worker } from 'node:worker_threads';
import type { StoreOptions, Update } from './engine.js';
import {
  type Answer,
  type Arguments,
  fromFailure,
  type Message,
  type Method,
  type Request,
  type Store,
} from './remote.js';

interface Waiting {
  resolve: (value: unknown) => void;
  reject: (error: Error) => void;
}

/** Records of a batch die young; letting them fill more room before that costs memory and gains no speed. */
const YOUNG_GENERATION_MB = 24;

/** The engine in a worker thread: appending to DuckDB blocks its thread, and that must not be the one with the sockets. */
export class WorkerStore implements Store {
  readonly #waiting = new Map<number, Waiting>();
  readonly #listeners: ((update: Update) => void)[] = [];
  #next = 0;
  #closing = false;

  private constructor(
    private readonly worker: Worker,
    onDeath: (error: Error) => void,
  ) {
    worker.on('message', (message: Message) => this.#receive(message));
    worker.on('error', (error: unknown) =>
      this.#die(error instanceof Error ? error : new Error(String(error)), onDeath),
    );
    worker.on('exit', (code) => !this.#closing && this.#die(new Error(`the store stopped with code ${code}`), onDeath));
  }

  /** Rejects when the store cannot be opened. `onDeath`: the thread died later, and with it all that was accepted. */
  static async open(options: StoreOptions, onDeath: (error: Error) => void): Promise<WorkerStore> {
    const worker = new Worker(new URL('./store.worker.js', import.meta.url), {
      workerData: options,
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
    });
    await new Promise<void>((resolve, reject) => {
      worker.once('error', reject);
      worker.once('message', (message: Message) => {
        worker.off('error', reject);
        if (message.type !== 'failed') return resolve();
        void worker.terminate();
        reject(fromFailure(message.failure));
      });
    });
    return new WorkerStore(worker, onDeath);
  }

  call<M extends Method>(method: M, ...args: Arguments<M>): Promise<Answer<M>> {
    return this.#request({ method, args, asJson: false }) as Promise<Answer<M>>;
  }

  json<M extends Method>(method: M, ...args: Arguments<M>): Promise<string> {
    return this.#request({ method, args, asJson: true }) as Promise<string>;
  }

  onUpdate(listener: (update: Update) => void): void {
    this.#listeners.push(listener);
  }

  async close(): Promise<void> {
    await this.call('close');
    this.#closing = true;
    await this.worker.terminate();
  }

  #request(request: Omit<Request, 'id'>): Promise<unknown> {
    const id = this.#next++;
    // Bodies are not needed here any more: moved, not copied, when the buffer is all theirs.
    const moved = request.args.flatMap((arg) => (arg instanceof Uint8Array && ownsBuffer(arg) ? [arg.buffer] : []));
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.worker.postMessage({ ...request, id }, moved);
    });
  }

  #receive(message: Message): void {
    if (message.type === 'update') for (const listener of this.#listeners) listener(message.update);
    if (message.type !== 'answer' && message.type !== 'error') return;
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if (message.type === 'answer') waiting?.resolve(message.value);
    else waiting?.reject(fromFailure(message.failure));
  }

  #die(error: Error, onDeath: (error: Error) => void): void {
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
    onDeath(error);
  }
}

/** Small Buffers are views of a pool that others use too. */
function ownsBuffer(bytes: Uint8Array): bytes is Uint8Array<ArrayBuffer> {
  return bytes.buffer instanceof ArrayBuffer && bytes.byteLength === bytes.buffer.byteLength;
}
