import { Engine, type StoreOptions, type Update } from './engine.js';
import { type Answer, type Arguments, type Method, perform, type Store } from './remote.js';

/** The engine in the caller's thread, for programs that have nothing else to do. */
export class InThreadStore implements Store {
  readonly #listeners: ((update: Update) => void)[] = [];
  #engine!: Engine;

  static async open(options: StoreOptions): Promise<InThreadStore> {
    const store = new InThreadStore();
    store.#engine = await Engine.open(options, (update) => store.#listeners.forEach((listener) => listener(update)));
    return store;
  }

  call<M extends Method>(method: M, ...args: Arguments<M>): Promise<Answer<M>> {
    return perform(this.#engine, { method, args, asJson: false }) as Promise<Answer<M>>;
  }

  json<M extends Method>(method: M, ...args: Arguments<M>): Promise<string> {
    return perform(this.#engine, { method, args, asJson: true }) as Promise<string>;
  }

  onUpdate(listener: (update: Update) => void): void {
    this.#listeners.push(listener);
  }

  close(): Promise<void> {
    return this.#engine.close();
  }
}
