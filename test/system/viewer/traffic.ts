import { OtlpBatch } from './otlp.ts';
import { batch, request } from './requests.ts';

/** Sends requests that happened evenly over the time until now; the same seed makes the same ones. Gives trace ids. */
export async function sendRequests(receiver: string, count: number, overMs: number, seed = 1): Promise<string[]> {
  const otlp = new OtlpBatch();
  const chance = random(seed);
  const now = Date.now();
  const ids: string[] = [];
  let previous: ReturnType<OtlpBatch['addTrace']> | undefined;
  for (let i = 0; i < count; i++) {
    const root = request(chance);
    // A post links to what its author looked at before.
    const link = root.name.startsWith('POST') ? previous : undefined;
    previous = otlp.addTrace(root, now - root.ms - 20 - (overMs * (count - 1 - i)) / count, link);
    ids.push(previous.traceId);
  }
  await otlp.send(receiver);
  await stored(receiver, ids.at(-1)!);
  return ids;
}

/** Sends one trace with about this many spans. Gives its id. */
export async function sendLargeTrace(receiver: string, spans: number): Promise<string> {
  const otlp = new OtlpBatch();
  const root = batch(spans);
  const { traceId } = otlp.addTrace(root, Date.now() - root.ms - 1000);
  await otlp.send(receiver);
  await stored(receiver, traceId);
  return traceId;
}

/** What is accepted is stored a moment later. Batch jobs write no log lines, requests do. */
async function stored(receiver: string, traceId: string): Promise<void> {
  for (;;) {
    const response = await fetch(`${receiver}/api/traces/${traceId}`);
    const trace = (await response.json()) as { spans?: unknown[]; logs?: unknown[] };
    if (trace.spans && (trace.spans.length > 100 || trace.logs!.length > 0)) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Mulberry32: small, fast, and good enough for traffic. */
function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
