import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { freePorts } from '../../test/support/free-ports.ts';
import { openSurroundings } from './compare.ts';
import { ask, nextMessage, start } from './machine.ts';
import { SUBJECTS, type Subject, file } from './subjects.ts';

// How many instructions of the processor a request takes, and in which functions: the same number every time, however busy
// the machine is. What the kernel does is not in it, nor how long an instruction waits for memory. It needs callgrind, of
// Debian's package valgrind. npm run build comes first.

const { values: options } = parseArgs({
  options: {
    subjects: { type: 'string', default: 'AD' },
    /** Until V8 has compiled what it needs; a process takes fifty times as long as by itself. */
    'warm-up': { type: 'string', default: '20000' },
    /** Of each part that is counted. */
    requests: { type: 'string', default: '1024' },
    rows: { type: 'string', default: '30' },
  },
});
const requests = Number(options.requests);
const PARTS = 5;
/** Collections and compilation fall where they like: as little of them as possible. */
const V8 = ['--single-threaded', '--no-memory-reducer', '--no-incremental-marking', '--initial-old-space-size=800', '--no-flush-bytecode']; // prettier-ignore
const RARE =
  /Mark|Scaveng|Evacuat|Sweep|Visitor|IterateBody|Slot|Heap|Page|compiler|maglev|Bytecode|internal::(?:Pre)?Parser|Scanner|Zone|Assembler/;
type Counts = Map<string, number>;

if (spawnSync('valgrind', ['--version']).status !== 0) throw new Error('valgrind is missing: apt-get install valgrind');
const folder = mkdtempSync(join(tmpdir(), 'cruddur-bench-'));
const around = await openSurroundings();
const neighbour = start({
  args: [file('./programs/neighbour.mjs')],
  env: { BENCH_ACTIVITIES: '10' },
  measured: false,
});
try {
  const { port } = await nextMessage<{ port: number }>(neighbour);
  const counted: { id: string; counts: Counts; total: number }[] = [];
  for (const subject of SUBJECTS.filter(({ id }) => options.subjects.includes(id))) {
    const counts = await count(subject, port);
    counted.push({ id: subject.id, counts, total: [...counts.values()].reduce((sum, one) => sum + one, 0) });
  }
  report(counted);
} finally {
  await neighbour.stop();
  await around.close();
  rmSync(folder, { recursive: true, force: true });
}

/** @returns the part with the fewest, by function, without what comes rarely */
async function count(subject: Subject, neighbourPort: number): Promise<Counts> {
  const [port = 0] = await freePorts(1);
  const out = join(folder, subject.id);
  const command = ['--tool=callgrind', '--instr-atstart=no', `--callgrind-out-file=${out}`, process.execPath];
  const child = spawn('valgrind', [...command, ...V8, '--perf-basic-prof', `--perf-basic-prof-path=${folder}`, `--logfile=${join(folder, 'v8.log')}`, ...subject.args], {
    stdio: 'ignore',
    env: {
      PATH: process.env.PATH,
      ...around.env,
      GATEWAY_PORT: String(port),
      HOME_ACTIVITIES_URL: `http://127.0.0.1:${neighbourPort}`,
      HOME_ACTIVITIES_TIMEOUT_MS: '20000',
      ...subject.env,
    },
  }); // prettier-ignore
  try {
    const origin = `http://127.0.0.1:${port}`;
    while (!(await fetch(`${origin}/health/live`).catch(() => undefined))) await untilNext(child);
    const load = async (requests: number) => {
      const url = `${origin}/api/activities/home`;
      const { failed } = await ask<{ failed: number }>(around.load, { url, requests, connections: 4 });
      if (failed > 0) throw new Error(`${subject.id}: ${failed} requests failed`);
    };
    await load(Number(options['warm-up']));
    control(child, '-i', 'on');
    await load(256);
    control(child, '-z');
    for (let part = 1; part <= PARTS; part++) {
      await load(requests);
      control(child, '-d');
      await sleep(500);
    }
  } finally {
    child.kill('SIGKILL');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  }
  const names = compiledNames(join(folder, `perf-${child.pid}.map`));
  const parts = readdirSync(folder).filter((name) => name.startsWith(`${subject.id}.`));
  const all = parts.map((name) => read(join(folder, name), names));
  const totalOf = (counts: Counts) => [...counts.values()].reduce((sum, one) => sum + one, 0);
  return all.toSorted((a, b) => totalOf(a) - totalOf(b))[0] ?? new Map<string, number>();
}

async function untilNext(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) throw new Error(`${child.spawnargs.join(' ')} ended with status ${child.exitCode}`);
  await sleep(300);
}

function control({ pid }: ChildProcess, ...args: string[]): void {
  const { status, stderr } = spawnSync('callgrind_control', [...args, String(pid)], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`callgrind_control ${args.join(' ')} failed: ${stderr}`);
}

interface Compiled {
  start: number;
  end: number;
  name: string;
}

/** What V8 has compiled, by address; later code may stand where earlier code stood. */
function compiledNames(map: string): Compiled[] {
  const found = new Map<number, Compiled>();
  for (const line of readFileSync(map, 'utf8').split('\n')) {
    const [, from = '', size = '', name = ''] = /^([0-9a-f]+) ([0-9a-f]+) (.*)$/.exec(line) ?? [];
    const start = Number.parseInt(from, 16);
    if (name) found.set(start, { start, end: start + Number.parseInt(size, 16), name: shortened(name) });
  }
  return [...found.values()].sort((a, b) => a.start - b.start);
}

/** `JS:*encode file:///…/src/export/json/encode-span.js:47:11` becomes `encode json/encode-span.js:47`. */
function shortened(name: string): string {
  return name.replace(/^JS:[~*^+']*/, '').replace(/(?:\S*\/)?([^/\s]+\/[^/\s]+:\d+):\d+$/, '$1');
}

/** Of one dump, self cost by function, for each request. The format is described in callgrind's manual. */
function read(dump: string, compiled: readonly Compiled[]): Counts {
  const names = new Map<string, string>();
  const counts: Counts = new Map<string, number>();
  let current = '';
  let isCall = false;
  for (const line of readFileSync(dump, 'latin1').split('\n')) {
    const [, kind, id = '', name] = /^(c?fn)=\((\d+)\)(?: (.*))?$/.exec(line) ?? [];
    if (name) names.set(id, nameOf(name.replace(/'\d+$/, ''), compiled));
    if (kind === 'fn') current = names.get(id) ?? id;
    else if (line.startsWith('calls=')) isCall = true;
    else if (/^[\d+*-]/.test(line)) {
      // The line after a call is what was spent in the function that was called.
      if (!isCall && !RARE.test(current)) {
        const cost = Number(line.split(' ')[1] ?? 0);
        counts.set(current, (counts.get(current) ?? 0) + cost / requests);
      }
      isCall = false;
    }
  }
  return counts;
}

function nameOf(name: string, compiled: readonly Compiled[]): string {
  if (!name.startsWith('0x')) return name;
  const address = Number.parseInt(name.slice(2), 16);
  let [low, high] = [0, compiled.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compiled[middle]!.start <= address) low = middle + 1;
    else high = middle;
  }
  const found = compiled[low - 1];
  return found && address < found.end ? found.name : 'compiled, unknown';
}

function report(counted: { id: string; counts: Counts; total: number }[]): void {
  const [first, ...others] = counted;
  if (!first) return;
  console.log(`instructions of a request, without collections and compilation: ${counted.map(({ id, total }) => `${id} ${Math.round(total)}`).join('   ')}`); // prettier-ignore
  for (const { id, total } of others) console.log(`${id}/${first.id} ${(total / first.total).toFixed(3)}`);
  const last = others.at(-1);
  if (!last) return;
  console.log(`\n${first.id.padStart(8)}${last.id.padStart(8)}    more`);
  const names = [...new Set([...first.counts.keys(), ...last.counts.keys()])];
  const rows = names.map((name) => [first.counts.get(name) ?? 0, last.counts.get(name) ?? 0, name] as const);
  for (const [a, b, name] of rows.toSorted((x, y) => y[1] - y[0] - (x[1] - x[0])).slice(0, Number(options.rows)))
    console.log(`${a.toFixed(0).padStart(8)}${b.toFixed(0).padStart(8)}${(b - a).toFixed(0).padStart(8)}  ${name.slice(0, 100)}`); // prettier-ignore
}
