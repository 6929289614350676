import { fork } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo } from 'node:net';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';

// What tracing adds to a message over Nest's TCP transport, as a ratio of CPU time in one run. The modes take
// turns, so that whatever else the machine does falls on all of them.

type Result = { request: number; event: number };

const ROUNDS = Number(process.env.BENCH_ROUNDS) || 5;
const MODES: Record<string, NodeJS.ProcessEnv> = {
  'no tracing': { BENCH_TRACED: 'false' },
  'every trace, exported': { BENCH_TRACED: 'true', OTEL_TRACES_SAMPLER: 'always_on' },
  '10 % of traces': { BENCH_TRACED: 'true', OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.1' },
};
const here = (file: string) => fileURLToPath(new URL(file, import.meta.url));

const sink = createServer((request, response) => {
  request.resume().once('end', () => response.end('{}'));
}).listen(0, '127.0.0.1');
await once(sink, 'listening');
const { port } = sink.address() as AddressInfo;

async function runPeer(env: NodeJS.ProcessEnv): Promise<Result> {
  const preloads = ['../../test/transports/typescript-hooks.mjs', './preload.ts'];
  const child = fork(here('./peer.ts'), {
    execArgv: preloads.flatMap((file) => ['--import', here(file)]),
    env: { ...process.env, OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`, LOG_LEVEL: 'fatal', ...env },
  });
  const failed = once(child, 'exit').then(([code]) => {
    throw new Error(`the measured process exited with ${String(code)} and no result`);
  });
  const [result] = (await Promise.race([once(child, 'message'), failed])) as [Result];
  await failed.catch(() => {});
  return result;
}

const results = new Map(Object.keys(MODES).map((mode) => [mode, [] as Result[]]));
for (let round = 0; round < ROUNDS; round++) {
  for (const [mode, env] of Object.entries(MODES)) results.get(mode)!.push(await runPeer(env));
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
