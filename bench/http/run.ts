import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startEmbeddedPostgres } from '../../tools/embedded-postgres.ts';
import { ServiceProcess } from '../../test/support/service-process.js';
import {
  type Load,
  type Measured,
  type Slice,
  type Surroundings,
  openSurroundings,
  slice,
  startSubject,
  takeTurns,
} from './compare.ts';
import { drawChart } from './chart.ts';
import { type Growth, measureGrowth } from './growth.ts';
import { CAN_PIN, nextMessage, pinToOthers, start } from './machine.ts';
import { SUBJECTS, type Subject, grown } from './subjects.ts';

// What a traced request costs the gateway, beside what others pay for theirs: CPU time per request, as ratios in one
// run. Each round starts every subject anew, and measures slices in which they take turns. npm run build comes first.

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    subjects: { type: 'string' },
    rounds: { type: 'string' },
    slices: { type: 'string' },
    /** Of each subject in a slice. */
    requests: { type: 'string' },
    /** A neighbour that always answers with the same page of ten, one with an `empty` page, or the real `services`. */
    behind: { type: 'string', default: 'neighbour' },
  },
});
if (!['neighbour', 'empty', 'services'].includes(options.behind))
  throw new Error('--behind is neighbour, empty or services');
const rounds = Number(options.rounds ?? (options.quick ? 1 : 3));
const slices = Number(options.slices ?? 2);
const requests = Number(options.requests ?? (options.quick ? 3_000 : 6_000));
const wanted = SUBJECTS.filter(({ id, slow }) => options.subjects?.includes(id) ?? !(options.quick && slow));
const LOAD = { path: '/api/activities/home', connections: 16 };
/** A turn is over in a tenth of a second. */
const REQUESTS_PER_TURN = 200;
/**
 * What is measured is a service that has been up for a while: V8 still compiles after ten thousand requests, and where one
 * in ten is kept, after ten times as many.
 */
const WARM_UP = options.quick ? 20_000 : 30_000;
/** After so many memory is measured. */
const MEMORY_REQUESTS = options.quick ? 1_000 : 10_000;
/** Between slices subjects wait for each other, for longer than V8 keeps what it does not need. */
const SETTLE = options.quick ? 2_000 : 4_000;
/** Requests a second for the latencies: what the slowest of ours answers without queueing. */
const FIXED_RATE = 300;
const folder = fileURLToPath(new URL('.', import.meta.url));
const RATIOS = ['B/A', 'C/A', 'D/A', 'E/A', 'F/D', 'G/D', 'H/D', 'I/D'];

interface Figures {
  cpu_us: number;
  cpu_us_range: [number, number];
  rps: number;
  p50_ms: number;
  p99_ms: number;
  p999_ms: number;
  spans_per_request: number;
  start_ms: number;
  rss_mb: number;
  rest_mb: number;
}

pinToOthers();
installOthers();
const around = await openSurroundings();
const behind = options.behind === 'services' ? await startServices() : await startNeighbour();
const env = { ...around.env, ...behind.env };
const busy = new Map<string, Slice[]>();
const steady = new Map<string, Slice[]>();
const starts = new Map<string, number[]>();
const rests = new Map<string, number[]>();
const rss = new Map<string, number[]>();
let growth: Growth | undefined;
const add = <T>(to: Map<string, T[]>, { id }: Subject, value: T) => to.set(id, [...(to.get(id) ?? []), value]);
try {
  for (let round = 1; round <= rounds; round++) {
    process.stderr.write(`round ${round} of ${rounds}\n`);
    await measureStarts(around);
    await measureRound(around);
  }
  if (!options.quick && !options.subjects) growth = await measureGrowth(around, env, Math.min(rounds, 3));
} finally {
  await behind.stop();
  await around.close();
}
report();

/** Time to start and memory, one after the other, as V8 has it by itself. */
async function measureStarts(surroundings: Surroundings): Promise<void> {
  for (const subject of wanted) {
    const measured = await startSubject(subject, env);
    try {
      add(starts, subject, measured.startMs);
      add(rests, subject, measured.restMb);
      const load = { ...LOAD, requests: MEMORY_REQUESTS };
      add(rss, subject, (await slice(measured, load, { ...surroundings, scheduleDelayMs: 0 })).rss_mb);
    } finally {
      await measured.stop();
    }
  }
}

async function measureRound(surroundings: Surroundings): Promise<void> {
  const running: Measured[] = [];
  try {
    for (const subject of wanted) running.push(await startSubject(grown(subject), env));
    const measure = async (load: Load, turns: number, into: Map<string, Slice[]>) => {
      const found = await takeTurns(running, load, turns, surroundings);
      running.forEach(({ subject }, index) => add(into, subject, found[index]!));
    };
    for (const measured of running) {
      const load = { ...LOAD, requests: WARM_UP * (measured.subject.warmUp ?? 1) };
      await slice(measured, load, { ...surroundings, scheduleDelayMs: 0 });
    }
    for (let n = 0; n < slices; n++)
      await measure({ ...LOAD, requests, settle: SETTLE }, requests / REQUESTS_PER_TURN, busy);
    const even = { ...LOAD, requests: FIXED_RATE * 4, rate: FIXED_RATE, settle: SETTLE };
    if (!options.quick) await measure(even, 4, steady);
  } finally {
    await Promise.all(running.map((measured) => measured.stop()));
  }
}

function installOthers(): void {
  if (!wanted.some(({ id }) => 'GHI'.includes(id))) return;
  if (!existsSync(join(folder, 'node_modules'))) {
    // Their peers are the project's own packages, so that every subject runs the same Nest and the same SDK.
    run('npm', ['ci', '--legacy-peer-deps', '--no-audit', '--no-fund']);
  }
  // `npm test` cannot: it does not have these packages.
  run(process.execPath, ['../../node_modules/typescript/bin/tsc', '-p', 'express/tsconfig.json']);
}

function run(command: string, args: string[]): void {
  const { status } = spawnSync(command, args, { cwd: folder, stdio: 'inherit' });
  if (status !== 0) throw new Error(`what the benchmark compares with is not ready: ${command} ${args[0]} failed`);
}

async function startNeighbour() {
  const program = join(folder, 'programs/neighbour.mjs');
  const neighbour = start({
    args: [program],
    env: { BENCH_ACTIVITIES: options.behind === 'empty' ? '0' : '10' },
    measured: false,
  });
  const { port } = await nextMessage<{ port: number }>(neighbour);
  return { env: { HOME_ACTIVITIES_URL: `http://127.0.0.1:${port}` }, stop: () => neighbour.stop() };
}

/** home-activities and user-activities untraced, on a PostgreSQL of their own. */
async function startServices() {
  const data = mkdtempSync(join(tmpdir(), 'cruddur-bench-'));
  chmodSync(data, 0o755);
  const postgres = await startEmbeddedPostgres({ dataDir: join(data, 'postgres') });
  const services: ServiceProcess[] = [];
  const startService = async (name: string, more: Record<string, string>) => {
    const service = new ServiceProcess(name, { env: more, traced: false });
    services.unshift(service);
    return service.listening();
  };
  const users = await startService('user-activities', { DATABASE_URL: await postgres.createDatabase('users') });
  const home = await startService('home-activities', {
    DATABASE_URL: await postgres.createDatabase('home'),
    USER_ACTIVITIES_URL: users,
    EVENTS_PORT: '0',
  });
  const stop = async () => {
    for (const service of services) await service.kill();
    await postgres.stop();
    rmSync(data, { recursive: true, force: true });
  };
  return { env: { HOME_ACTIVITIES_URL: home, USER_ACTIVITIES_URL: users }, stop };
}

function median(numbers: number[]): number {
  return numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? NaN;
}

function figuresOf({ id }: Subject): Figures {
  const loaded = busy.get(id)!;
  const even = steady.get(id) ?? loaded;
  const of = (list: Slice[], key: Exclude<keyof Slice, 'latencies'>) => median(list.map((one) => one[key]));
  const sorted = even.map(({ latencies }) => latencies.toSorted((a, b) => a - b));
  const quantile = (q: number) => median(sorted.map((latencies) => latencies[Math.floor(latencies.length * q)] ?? NaN));
  const cpu = loaded.map((one) => one.cpu_us);
  return {
    cpu_us: of(loaded, 'cpu_us'),
    cpu_us_range: [Math.min(...cpu), Math.max(...cpu)],
    rps: of(loaded, 'rps'),
    p50_ms: quantile(0.5),
    p99_ms: quantile(0.99),
    p999_ms: quantile(0.999),
    spans_per_request: of(loaded, 'spans'),
    start_ms: median(starts.get(id)!),
    rss_mb: median(rss.get(id)!),
    rest_mb: median(rests.get(id)!),
  };
}

/** The median of the ratios within each slice, which is steadier than the ratio of medians. */
function ratioOf(pair: string): number | undefined {
  const [one = [], other = []] = pair.split('/').map((id) => busy.get(id));
  return one.length && other.length ? median(one.map((of, turn) => of.cpu_us / other[turn]!.cpu_us)) : undefined;
}

function report(): void {
  const subjects = Object.fromEntries(wanted.map((subject) => [subject.id, rounded(figuresOf(subject))]));
  const found = RATIOS.map((pair) => [pair, ratioOf(pair)] as const).filter(([, ratio]) => ratio !== undefined);
  const ratios = Object.fromEntries(found.map(([pair, ratio]) => [pair, Number(ratio!.toFixed(2))]));
  const machine = `${cpus().length} x ${cpus()[0]?.model}, Node ${process.version}${CAN_PIN ? '' : ', not pinned'}`;
  const date = new Date().toISOString();
  const shipped = shippedBesideNone(subjects);
  const result = { machine, date, behind: options.behind, rounds, slices, requests, subjects, ratios, shipped, growth };
  const name = options.behind === 'neighbour' ? 'latest.json' : `latest-${options.behind}.json`;
  mkdirSync(join(folder, '../results'), { recursive: true });
  writeFileSync(join(folder, '../results', name), `${JSON.stringify(result, undefined, 2)}\n`);
  console.log(`CPU of the gateway per request, median of ${rounds * slices} slices of ${requests}; ${machine}`);
  console.log(options.quick ? '' : `p50 and p99 at ${FIXED_RATE} requests a second\n`);
  for (const { id, title } of wanted) {
    const { cpu_us, cpu_us_range: range, rps, p50_ms, p99_ms, start_ms, rss_mb, spans_per_request } = subjects[id]!;
    console.log(
      `${id} ${title.padEnd(54)}${`${cpu_us} us (${range.join('-')})`.padStart(20)}${`${rps}/s`.padStart(9)}` +
        `${`${p50_ms}/${p99_ms} ms`.padStart(16)}${`${spans_per_request} spans`.padStart(12)}` +
        `${`start ${start_ms} ms`.padStart(16)}${`${rss_mb} MB`.padStart(9)}`,
    );
  }
  if (growth) {
    const bars = wanted.map(({ id, title }) => ({ id, title, ratio: id === 'A' ? 1 : ratioOf(`${id}/A`)! }));
    writeFileSync(join(folder, '../../docs/images/cost-per-request.svg'), drawChart(bars));
    console.log('\nwhat a request costs with more in it', growth);
  }
  if (shipped) console.log('\nD beside A, in other respects', shipped);
  console.log(`\n${Object.entries(ratios).map(([pair, ratio]) => `${pair} ${ratio}`).join('   ')}`); // prettier-ignore
}

function shippedBesideNone({ A: none, D: shipped }: Record<string, Figures>) {
  if (!none || !shipped) return undefined;
  const keys = ['start_ms', 'rest_mb', 'rss_mb', 'p99_ms'] as const;
  return Object.fromEntries(keys.map((key) => [key, Number((shipped[key] / none[key]).toFixed(2))]));
}

function rounded(figures: Figures): Figures {
  const digits = (value: number) => Number(value.toFixed(value < 100 ? 1 : 0));
  const round = (value: number | number[]) => (Array.isArray(value) ? value.map(digits) : digits(value));
  const entries = Object.entries(figures) as [string, number | number[]][];
  return Object.fromEntries(entries.map(([key, value]) => [key, round(value)])) as unknown as Figures;
}
