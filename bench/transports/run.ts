import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { SpanSink } from '../span-sink.js';

// What tracing adds to a message over Nest's TCP transport, as a ratio of CPU time in one run. The modes take
// turns, so that whatever else the machine does falls on all of them.

type Result = { request: number; event: number; spans: number };

const ROUNDS = Number(process.env.BENCH_ROUNDS) || 5;
/** Without new spans for so long, in milliseconds, the measured process has exported what it had. */
const QUIET_MS = 500;
const EVERY_TRACE = 'every trace, exported';
const MODES: Record<string, NodeJS.ProcessEnv> = {
  'no tracing': { BENCH_TRACED: 'false' },
  [EVERY_TRACE]: { BENCH_TRACED: 'true', OTEL_TRACES_SAMPLER: 'always_on' },
  '10 % of traces': { BENCH_TRACED: 'true', OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.1' },
};
const here = (file: string) => fileURLToPath(new URL(file, import.meta.url));

const sink = await SpanSink.start();

async function runPeer(mode: string): Promise<Result> {
  sink.spans = 0;
  const preloads = ['../../test/transports/typescript-hooks.mjs', './preload.ts'];
  const child = fork(here('./peer.ts'), {
    execArgv: preloads.flatMap((file) => ['--import', here(file)]),
    env: {
      ...process.env,
      LOG_LEVEL: 'fatal',
      OTEL_EXPORTER_OTLP_ENDPOINT: sink.url,
      // A dropped span costs less than an exported one: there is room for all.
      OTEL_BSP_MAX_QUEUE_SIZE: '100000',
      OTEL_BSP_SCHEDULE_DELAY: '100',
      ...MODES[mode],
    },
  });
  let result: Result | undefined;
  child.on('message', (message: 'drain' | Result) => {
    if (message === 'drain') void sink.quiet(QUIET_MS).then(() => child.send('drained'));
    else result = message;
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (!result) throw new Error(`the measured process exited with ${String(code)} and no result`);
  if (mode === EVERY_TRACE && sink.spans !== result.spans) {
    throw new Error(`${sink.spans} of ${result.spans} spans were exported: the figures would be too good`);
  }
  return result;
}

const results = new Map(Object.keys(MODES).map((mode) => [mode, [] as Result[]]));
for (let round = 0; round < ROUNDS; round++) {
  for (const [mode, runs] of results) runs.push(await runPeer(mode));
}
sink.close();

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

const [base] = [...results.values()].map((runs) => ({
  request: median(runs.map(({ request }) => request)),
  event: median(runs.map(({ event }) => event)),
}));
console.log(`CPU of client and server per message, Nest TCP, median of ${ROUNDS} rounds\n`);
console.log(`${''.padEnd(24)}${'request'.padStart(16)}${'event'.padStart(16)}`);
for (const [mode, runs] of results) {
  const cells = (['request', 'event'] as const).map((kind) => {
    const microseconds = median(runs.map((run) => run[kind]));
    return `${microseconds.toFixed(0)} us (${(microseconds / base![kind]).toFixed(2)}x)`.padStart(16);
  });
  console.log(mode.padEnd(24) + cells.join(''));
}
