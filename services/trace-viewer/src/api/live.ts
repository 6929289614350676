import type { ServerResponse } from 'node:http';
import { Inject, Injectable } from '@nestjs/common';
import type { Update } from '../store/engine.js';
import type { Store } from '../store/remote.js';
import { STORE } from '../tokens.js';
import type { LogRecord } from './schemas/results.js';

const EVERY_MS = 500;
const LIMIT = 100;
/** A reader that is this far behind is gone or asleep; it reconnects and loads the list anew. */
const MAX_BUFFERED = 1024 * 1024;

/** Sends what commits brought to those who watch, gathered over half a second. */
@Injectable()
export class Live {
  readonly #watchers = new Set<ServerResponse>();
  #traceIds = new Set<string>();
  #moreTraces = 0;
  #logs: LogRecord[] = [];
  #moreLogs = 0;
  #status = '';
  #timer: NodeJS.Timeout | null = null;

  constructor(@Inject(STORE) private readonly store: Store) {
    store.onUpdate((update) => this.#gather(update));
  }

  async watch(response: ServerResponse): Promise<void> {
    this.#watchers.add(response);
    response.on('close', () => {
      this.#watchers.delete(response);
      if (this.#watchers.size === 0) this.stop();
    });
    response.write('retry: 2000\n\n');
    const status = await this.store.json('status');
    // Gone before it was answered, it must not start the timer that its end has stopped.
    if (!this.#watchers.has(response)) return;
    response.write(event('status', (this.#status = status)));
    this.#timer ??= setInterval(() => void this.#tick(), EVERY_MS);
  }

  /** Ends all streams. */
  close(): void {
    for (const watcher of this.#watchers) watcher.end();
    this.stop();
  }

  stop(): void {
    if (this.#timer) clearInterval(this.#timer);
    this.#timer = null;
  }

  #gather({ traceIds, moreTraces, logs }: Update): void {
    if (this.#watchers.size === 0) return;
    this.#moreTraces += moreTraces;
    for (const id of traceIds)
      if (this.#traceIds.size < LIMIT) this.#traceIds.add(id);
      else if (!this.#traceIds.has(id)) this.#moreTraces++;
    const room = LIMIT - this.#logs.length;
    this.#logs.push(...logs.slice(0, room));
    this.#moreLogs += Math.max(0, logs.length - room);
  }

  async #tick(): Promise<void> {
    const [ids, moreTraces, logs, moreLogs] = [[...this.#traceIds], this.#moreTraces, this.#logs, this.#moreLogs];
    this.#traceIds = new Set();
    this.#moreTraces = this.#moreLogs = 0;
    this.#logs = [];
    try {
      if (ids.length > 0)
        this.#send('traces', JSON.stringify({ traces: await this.store.call('summaries', ids), more: moreTraces }));
      if (logs.length > 0) this.#send('logs', JSON.stringify({ logs, more: moreLogs }));
      const status = await this.store.json('status');
      if (status !== this.#status) this.#send('status', (this.#status = status));
    } catch {
      // The store is closing or has died; whoever owns it says so.
      this.close();
    }
  }

  #send(name: string, data: string): void {
    for (const watcher of this.#watchers)
      if (watcher.writableLength > MAX_BUFFERED) watcher.destroy();
      else watcher.write(event(name, data));
  }
}

const event = (name: string, data: string) => `event: ${name}\ndata: ${data}\n\n`;
