import { fileURLToPath } from 'node:url';

/** One way to build the gateway: all of them do the same work. */
export interface Subject {
  id: string;
  title: string;
  /** Of node: preloads and the program. */
  args: string[];
  env: NodeJS.ProcessEnv;
  /** How many times as long as others it takes to have compiled all that it needs. */
  warmUp?: number;
  /** Left out of `--quick`. */
  slow?: boolean;
}

/**
 * V8's room for young objects at the size that it has in a process that has been busy for a while (Node 24), from the start on,
 * and kept when nothing is asked of it. While it grows every request finds memory that is new, which can double what it
 * costs, and it grows in each process at another moment.
 */
const GROWN = ['--min-semi-space-size=64', '--max-semi-space-size=64', '--no-memory-reducer'];

export const grown = (subject: Subject): Subject => ({ ...subject, args: [...GROWN, ...subject.args] });

export const file = (path: string) => fileURLToPath(new URL(path, import.meta.url));
export const preload = (...paths: string[]) => paths.flatMap((path) => ['--import', file(path)]);

const GATEWAY = file('../../dist/services/gateway/src/main.js');
const OURS = preload('../../dist/services/gateway/src/telemetry.js');
const EXPRESS = [...preload('../../test/transports/typescript-hooks.mjs'), file('./express/main.ts')];
const LOGS = { LOG_LEVEL: 'info' };
const NO_LOGS = { LOG_LEVEL: 'warn' };

export const SUBJECTS: readonly Subject[] = [
  { id: 'A', title: 'ours, neither traces nor request logs', args: [GATEWAY], env: NO_LOGS },
  { id: 'B', title: 'ours, logs', args: [GATEWAY], env: LOGS },
  { id: 'C', title: 'ours, traces', args: [...OURS, GATEWAY], env: NO_LOGS },
  { id: 'D', title: 'ours, traces and logs: as shipped', args: [...OURS, GATEWAY], env: LOGS },
  {
    id: 'E',
    title: 'as shipped, 10 % of traces kept',
    args: [...OURS, GATEWAY],
    env: { ...LOGS, OTEL_TRACES_SAMPLER: 'parentbased_traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.1' },
    warmUp: 5,
  },
  {
    id: 'F',
    title: 'ours, with instrumentation-http and -undici',
    args: [...preload('./preloads/http-undici.mjs'), GATEWAY],
    env: LOGS,
  },
  {
    id: 'G',
    title: 'the same and @fastify/otel',
    args: [...preload('./preloads/fastify-otel.mjs'), GATEWAY],
    env: LOGS,
    slow: true,
  },
  {
    id: 'H',
    title: 'Express, axios, every auto-instrumentation, nestjs-pino',
    args: [...preload('./preloads/auto.mjs'), ...EXPRESS],
    env: {},
  },
  {
    id: 'I',
    title: "nestjs-otel's README, on Express and axios",
    args: [...preload('./preloads/nestjs-otel.mjs'), ...EXPRESS],
    env: { BENCH_NESTJS_OTEL: 'true' },
    slow: true,
  },
];
