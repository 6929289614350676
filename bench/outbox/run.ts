import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedPostgres } from '../../tools/embedded-postgres.ts';
import { startRabbitMq } from '../../test/brokers/rabbitmq.js';
import { SpanSink } from '../span-sink.js';
import { drain, type Measured, type Mode, type Surroundings, type Transport } from './drain.js';

// How fast a full outbox drains, and what it costs, over TCP and RabbitMQ, with telemetry and without. Every round is a
// pair: the ratio is made of two drains that came one right after the other, now this one first, now that one, so
// that whatever else the machine does falls on both. npm run build comes first.

const EVENTS = Number(process.env.BENCH_EVENTS) || 10_000;
const ROUNDS = Number(process.env.BENCH_ROUNDS) || 5;
const TRANSPORTS = (process.env.BENCH_TRANSPORTS?.split(',') ?? ['tcp', 'rabbitmq']) as Transport[];

const FIGURES: Record<string, (measured: Measured) => number> = {
  'events/s relayed': ({ relayed }) => relayed,
  'events/s processed': ({ processed }) => processed,
  'us of CPU, relay': ({ relayCpu }) => relayCpu,
  'us of CPU, consumer': ({ consumerCpu }) => consumerCpu,
  'us of CPU, both': ({ relayCpu, consumerCpu }) => relayCpu + consumerCpu,
};

type Pair = Record<Mode, Measured>;

async function measure(around: Surroundings): Promise<Map<Transport, Pair[]>> {
  const pairs = new Map<Transport, Pair[]>(TRANSPORTS.map((transport) => [transport, []]));
  let run = 0;
  for (let round = 0; round < ROUNDS; round++) {
    for (const transport of TRANSPORTS) {
      const pair: Partial<Pair> = {};
      for (const mode of round % 2 === 0 ? (['off', 'on'] as const) : (['on', 'off'] as const)) {
        pair[mode] = await drain(transport, mode, run++, around);
      }
      pairs.get(transport)!.push(pair as Pair);
    }
  }
  return pairs;
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

function summarise(pairs: Pair[]) {
  return Object.entries(FIGURES).map(([figure, read]) => {
    const ratios = pairs.map(({ off, on }) => read(on) / read(off));
    return {
      figure,
      off: Math.round(median(pairs.map(({ off }) => read(off)))),
      on: Math.round(median(pairs.map(({ on }) => read(on)))),
      ratio: Number(median(ratios).toFixed(3)),
      least: Number(Math.min(...ratios).toFixed(3)),
      most: Number(Math.max(...ratios).toFixed(3)),
    };
  });
}

const folder = mkdtempSync(join(tmpdir(), 'cruddur-bench-'));
chmodSync(folder, 0o755);
const sink = await SpanSink.start();
const postgres = await startEmbeddedPostgres({ dataDir: join(folder, 'postgres') });
const broker = await startRabbitMq();
let pairs: Map<Transport, Pair[]>;
try {
  pairs = await measure({ postgres, sink, brokerUrl: `amqp://127.0.0.1:${broker.port}`, events: EVENTS });
} finally {
  await broker.stop();
  await postgres.stop();
  sink.close();
  rmSync(folder, { recursive: true, force: true });
}

const report = Object.fromEntries([...pairs].map(([transport, all]) => [transport, summarise(all)]));
mkdirSync('test-results', { recursive: true });
writeFileSync(
  'test-results/bench-outbox.json',
  `${JSON.stringify({ events: EVENTS, rounds: ROUNDS, report }, null, 2)}\n`,
);
console.log(`A full outbox of ${EVENTS} events, ${ROUNDS} pairs of drains: medians, and the range of on/off\n`);
for (const [transport, figures] of Object.entries(report)) {
  console.log(transport.padEnd(24) + ['telemetry off', 'on', 'on/off', 'range'].map((t) => t.padStart(15)).join(''));
  for (const { figure, off, on, ratio, least, most } of figures) {
    const cells = [off, on, ratio, `${least}-${most}`].map((value) => String(value).padStart(15));
    console.log(`  ${figure}`.padEnd(24) + cells.join(''));
  }
}
console.log('\nAlso in test-results/bench-outbox.json');
