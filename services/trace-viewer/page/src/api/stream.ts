import { signal } from '@preact/signals';
import { type LogRecord, type Status, type TraceSummary } from './types.js';

export const status = signal<Status | undefined>(undefined);
export const connected = signal<boolean | undefined>(undefined);

interface Batches {
  traces: { traces: TraceSummary[]; more: number };
  logs: { logs: LogRecord[]; more: number };
  /** The stream was interrupted and is back: what came in between was missed. */
  resumed: undefined;
}
type Listener<K extends keyof Batches> = (batch: Batches[K]) => void;
const listeners: { [K in keyof Batches]: Set<Listener<K>> } = {
  traces: new Set(),
  logs: new Set(),
  resumed: new Set(),
};

/** Calls back with each batch until the returned function is called. */
export function onStream<K extends keyof Batches>(kind: K, listener: Listener<K>): () => void {
  const set = listeners[kind] as Set<Listener<K>>;
  set.add(listener);
  return () => set.delete(listener);
}

function tell<K extends keyof Batches>(kind: K, batch: Batches[K]): void {
  for (const listener of listeners[kind] as Set<Listener<K>>) listener(batch);
}

/** Opens the one connection for live updates. The browser connects again by itself. */
export function openStream(): void {
  const source = new EventSource('/api/stream');
  source.onopen = () => {
    if (connected.peek() === false) tell('resumed', undefined);
    connected.value = true;
  };
  source.onerror = () => {
    connected.value = false;
    // A refused connection is closed for good: the service is restarting.
    if (source.readyState === EventSource.CLOSED) setTimeout(openStream, 2000);
  };
  const on = <T>(kind: string, take: (data: T) => void) =>
    source.addEventListener(kind, (event) => take(JSON.parse((event as MessageEvent<string>).data) as T));
  on<Batches['traces']>('traces', (batch) => tell('traces', batch));
  on<Batches['logs']>('logs', (batch) => tell('logs', batch));
  on<Status>('status', (next) => (status.value = next));
}
