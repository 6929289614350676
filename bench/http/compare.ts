import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePorts } from '../../test/support/free-ports.ts';
import { type Started, ask, nextMessage, start } from './machine.ts';
import type { Subject } from './subjects.ts';

export interface Slice {
  cpu_us: number;
  rps: number;
  /** Of each request, in milliseconds; at a fixed rate without the first tenth of each turn. */
  latencies: number[];
  spans: number;
  rss_mb: number;
  /** After a collection, where the process was started with --expose-gc. */
  heap_mb: number;
}
export interface Load {
  path: string;
  /** In all turns together. */
  requests: number;
  /** So many come before, unmeasured: a multiple of 200. */
  settle?: number;
  connections: number;
  /** Requests a second; as many as there can be when left out. */
  rate?: number | undefined;
}
type Usage = { cpu: number; rss: number; heapUsed: number };
type Turn = { seconds: number; latencies: number[]; failed: number };

const SETTLE_PER_TURN = 200;

const here = (file: string) => fileURLToPath(new URL(file, import.meta.url));

export interface Surroundings {
  sink: Started;
  load: Started;
  env: NodeJS.ProcessEnv;
  /** How long spans wait for others, in every subject. */
  scheduleDelayMs: number;
}

export interface Measured extends Started {
  subject: Subject;
  origin: string;
  startMs: number;
  /** Of memory, once it has started. */
  restMb: number;
}

/** @param scheduleDelayMs as shipped by default */
export async function openSurroundings(scheduleDelayMs = 5_000): Promise<Surroundings & { close(): Promise<void> }> {
  const sink = start({ args: [here('./programs/sink.mjs')], measured: false });
  const { port } = await nextMessage<{ port: number }>(sink);
  const load = start({ args: [here('./programs/load.mjs')], measured: false });
  const env = {
    NODE_ENV: 'production',
    // Each subject has a path of its own there.
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
    OTEL_BSP_SCHEDULE_DELAY: String(scheduleDelayMs),
    OTEL_METRICS_EXPORTER: 'none',
    OTEL_LOGS_EXPORTER: 'none',
  };
  const close = async () => void (await Promise.all([sink.stop(), load.stop()]));
  return { sink, load, env, scheduleDelayMs, close };
}

/** Starts a subject and waits until it answers. */
export async function startSubject(subject: Subject, env: NodeJS.ProcessEnv): Promise<Measured> {
  const [port = 0] = await freePorts(1);
  const began = performance.now();
  const process = start({
    args: ['--import', here('./programs/probe.mjs'), ...subject.args],
    env: {
      ...env,
      GATEWAY_PORT: String(port),
      OTEL_EXPORTER_OTLP_ENDPOINT: `${env.OTEL_EXPORTER_OTLP_ENDPOINT}/${subject.id}`,
      ...subject.env,
    },
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

/** Loads one subject; the others stand still. */
export async function slice(measured: Measured, load: Load, around: Surroundings): Promise<Slice> {
  const [only] = await takeTurns([measured], load, 1, around);
  return only!;
}

/**
 * Loads the subjects in turn, again and again: turns are short, so that whatever else the machine does, which lasts for
 * seconds, falls on all of them alike. It ends when all their spans have been delivered.
 */
export async function takeTurns(
  subjects: readonly Measured[],
  load: Load,
  turns: number,
  around: Surroundings,
): Promise<Slice[]> {
  const { settle = 0, requests } = load;
  const spansBefore = await countSpans(around);
  const usage = () => Promise.all(subjects.map((measured) => ask<Usage>(measured, 'usage')));
  // What V8 gave back while nobody asked, compiled code and room for young objects, comes back first.
  const settling = { ...load, requests: settle, rate: undefined };
  if (settle > 0) await turnsOf(subjects, settling, settle / SETTLE_PER_TURN, around);
  const before = await usage();
  const sums = await turnsOf(subjects, load, turns, around);
  // Spans that wait now are as many as waited before.
  const settled = settle > 0 ? await usage() : undefined;
  const spans = await allDelivered(around);
  const after = settled ?? (await usage());
  return subjects.map(({ subject: { id } }, index) => {
    const { seconds, latencies, failed } = sums[index]!;
    if (failed > 0) throw new Error(`${id}: ${failed} requests failed`);
    return {
      cpu_us: (after[index]!.cpu - before[index]!.cpu) / requests,
      rps: requests / seconds,
      latencies,
      spans: ((spans[id] ?? 0) - (spansBefore[id] ?? 0)) / (settle + requests),
      rss_mb: after[index]!.rss / 2 ** 20,
      heap_mb: after[index]!.heapUsed / 2 ** 20,
    };
  });
}

async function turnsOf(subjects: readonly Measured[], load: Load, turns: number, around: Surroundings) {
  const perTurn = { connections: load.connections, rate: load.rate, requests: load.requests / turns };
  const sums = subjects.map((): Turn => ({ seconds: 0, latencies: [], failed: 0 }));
  let order = [...subjects.keys()];
  for (let turn = 0; turn < turns; turn++) {
    order = orderAfter(order);
    for (const index of order) {
      const measured = subjects[index]!;
      const one = await ask<Turn>(around.load, { url: `${measured.origin}${load.path}`, ...perTurn });
      const sum = sums[index]!;
      sum.seconds += one.seconds;
      sum.failed += one.failed;
      // A gateway that nobody has asked for a while is slow at first; at an even rate that would be all that the 99th percentile sees.
      const counted = load.rate === undefined ? one.latencies : one.latencies.slice(one.latencies.length / 10);
      sum.latencies = sum.latencies.concat(counted);
    }
  }
  return sums;
}

/**
 * Another order in which nobody follows itself: who does finds its own code and data in the processor's caches, which is
 * worth more than what is measured here.
 */
function orderAfter(order: readonly number[]): number[] {
  for (;;) {
    const next = order
      .map((index) => [Math.random(), index] as const)
      .toSorted(([a], [b]) => a - b)
      .map(([, index]) => index);
    if (order.length === 1 || next[0] !== order.at(-1)) return next;
  }
}

type Counts = Record<string, number>;

function countSpans({ sink }: Surroundings): Promise<Counts> {
  return ask<Counts>(sink, 'count');
}

/** The counts once nothing more has come for longer than spans wait. */
async function allDelivered(around: Surroundings): Promise<Counts> {
  for (let before = await countSpans(around); ;) {
    await sleep(around.scheduleDelayMs * 1.2 + 200);
    const now = await countSpans(around);
    if (JSON.stringify(now) === JSON.stringify(before)) return now;
    before = now;
  }
}
