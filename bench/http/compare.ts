import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePorts } from '../../test/support/free-ports.ts';
import { type Started, ask, nextMessage, start } from './machine.ts';
import type { Subject } from './subjects.ts';

export interface Slice {
  cpu_us: number;
  rps: number;
  p50_ms: number;
  p99_ms: number;
  p999_ms: number;
  spans: number;
  rss_mb: number;
  /** 99th percentile of what a timer waits beyond its time. */
  loop_p99_ms: number;
  /** After a collection, where the process was started with --expose-gc. */
  heap_mb: number;
}
export interface Load {
  path: string;
  requests: number;
  connections: number;
  /** Requests a second; as many as there can be when left out. */
  rate?: number;
}
type Usage = { cpu: number; rss: number; heapUsed: number; loopP99: number };
type Latencies = { rps: number; p50: number; p99: number; p999: number; failed: number };

const here = (file: string) => fileURLToPath(new URL(file, import.meta.url));
/** Spans wait so long for others, in every subject: short, so that a slice pays for all of its own. */
const SCHEDULE_DELAY_MS = 500;

export interface Surroundings {
  sink: Started;
  load: Started;
  env: NodeJS.ProcessEnv;
}

export interface Measured extends Started {
  subject: Subject;
  origin: string;
  startMs: number;
  /** Of memory, once it has started. */
  restMb: number;
}

export async function openSurroundings(): Promise<Surroundings & { close(): Promise<void> }> {
  const sink = start({ args: [here('./programs/sink.mjs')], measured: false });
  const { port } = await nextMessage<{ port: number }>(sink);
  const load = start({ args: [here('./programs/load.mjs')], measured: false });
  const env = {
    NODE_ENV: 'production',
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
    OTEL_BSP_SCHEDULE_DELAY: String(SCHEDULE_DELAY_MS),
    OTEL_METRICS_EXPORTER: 'none',
    OTEL_LOGS_EXPORTER: 'none',
  };
  const close = async () => void (await Promise.all([sink.stop(), load.stop()]));
  return { sink, load, env, close };
}

/** Starts a subject and waits until it answers. */
export async function startSubject(subject: Subject, env: NodeJS.ProcessEnv): Promise<Measured> {
  const [port = 0] = await freePorts(1);
  const began = performance.now();
  const process = start({
    args: ['--import', here('./programs/probe.mjs'), ...subject.args],
    env: { ...env, GATEWAY_PORT: String(port), ...subject.env },
    measured: true,
  });
  const origin = `http://127.0.0.1:${port}`;
  const startMs = await Promise.race([untilListening(origin, began), nextMessage<never>(process)]);
  const { rss } = await ask<Usage>(process, 'usage');
  return { ...process, subject, origin, startMs, restMb: rss / 2 ** 20 };
}

async function untilListening(origin: string, began: number): Promise<number> {
  for (;;) {
    try {
      await fetch(`${origin}/health/live`);
      return performance.now() - began;
    } catch {
      await sleep(5);
    }
  }
}

/** Loads one subject once; the others stand still. */
export async function slice(measured: Measured, load: Load, { sink, load: generator }: Surroundings): Promise<Slice> {
  const count = () => ask<{ spans: number }>(sink, 'count').then(({ spans }) => spans);
  const spansBefore = await count();
  measured.child.send('reset');
  const before = await ask<Usage>(measured, 'usage');
  const { path, ...rest } = load;
  const latencies = await ask<Latencies>(generator, { url: `${measured.origin}${path}`, ...rest });
  const spans = (await quiet(count)) - spansBefore;
  const after = await ask<Usage>(measured, 'usage');
  if (latencies.failed > 0) throw new Error(`${measured.subject.id}: ${latencies.failed} requests failed`);
  return {
    cpu_us: (after.cpu - before.cpu) / load.requests,
    rps: latencies.rps,
    p50_ms: latencies.p50,
    p99_ms: latencies.p99,
    p999_ms: latencies.p999,
    spans: spans / load.requests,
    rss_mb: after.rss / 2 ** 20,
    loop_p99_ms: after.loopP99,
    heap_mb: after.heapUsed / 2 ** 20,
  };
}

/** The count once nothing more has come for longer than spans wait. */
async function quiet(count: () => Promise<number>): Promise<number> {
  for (let before = await count(); ;) {
    await sleep(SCHEDULE_DELAY_MS * 1.4);
    const now = await count();
    if (now === before) return now;
    before = now;
  }
}
