import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type Measured, openSurroundings, slice, startSubject, takeTurns } from './compare.ts';
import { ask, nextMessage, pinToOthers, start } from './machine.ts';
import { SUBJECTS, grown } from './subjects.ts';

// Where the time of a request goes, by subject and module: the main threads are sampled while they take turns. Times are
// microseconds in a process that is being watched, so they are for comparing. npm run build comes first.

const { values: options } = parseArgs({
  options: {
    subjects: { type: 'string', default: 'AD' },
    requests: { type: 'string', default: '40000' },
    /** Functions in the place of modules. */
    functions: { type: 'boolean', default: false },
  },
});
const requests = Number(options.requests);
const load = { path: '/api/activities/home', connections: 16, requests };
const WARM_UP = 30_000;
const REQUESTS_PER_TURN = 200;
const ROWS = 40;
type Times = [name: string, url: string, time: number][];

pinToOthers();
const around = await openSurroundings();
const neighbour = start({
  args: [fileURLToPath(new URL('./programs/neighbour.mjs', import.meta.url))],
  env: { BENCH_ACTIVITIES: '10' },
  measured: false,
});
const { port } = await nextMessage<{ port: number }>(neighbour);
const env = { ...around.env, HOME_ACTIVITIES_URL: `http://127.0.0.1:${port}` };
const running: Measured[] = [];
try {
  for (const subject of SUBJECTS.filter(({ id }) => options.subjects.includes(id))) {
    running.push(await startSubject(grown(subject), env));
  }
  for (const measured of running)
    await slice(measured, { ...load, requests: WARM_UP }, { ...around, scheduleDelayMs: 0 });
  await Promise.all(running.map((measured) => ask(measured, 'profile')));
  await takeTurns(running, load, requests / REQUESTS_PER_TURN, around);
  report(await Promise.all(running.map((measured) => ask<Times>(measured, 'profile'))));
} finally {
  await Promise.all(running.map((measured) => measured.stop()));
  await neighbour.stop();
  await around.close();
}

function moduleOf(name: string, url: string): string {
  const found =
    /\/dist\/(libs\/telemetry\/src\/[^/]+|libs\/[^/]+|services)\/|\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url);
  if (found) return (found[2] ?? found[1]!).replace('/src/', ': ');
  if (url.startsWith('node:')) return 'Node';
  return url === '' ? `native: ${name || 'others'}` : url;
}

function report(all: Times[]): void {
  const sums = all.map((times) => {
    const sum = new Map<string, number>();
    for (const [name, url, time] of times) {
      if (name === '(idle)') continue;
      const row = options.functions
        ? `${name || 'anonymous'} ${url.split('/').slice(-3).join('/')}`
        : moduleOf(name, url);
      sum.set(row, (sum.get(row) ?? 0) + time / requests);
    }
    return sum;
  });
  const rows = [...new Set(sums.flatMap((sum) => [...sum.keys()]))];
  const shown = rows.map((row) => ({ row, times: sums.map((sum) => sum.get(row) ?? 0) }));
  const more = ({ times }: { times: number[] }) => times.at(-1)! - times[0]!;
  const line = (row: string, times: number[]) =>
    [...times, more({ times })].map((time) => time.toFixed(1).padStart(8)).join('') + `  ${row}`;
  console.log([...running.map(({ subject }) => subject.id), 'more'].map((id) => id.padStart(8)).join(''));
  console.log(line('all', sums.map((sum) => [...sum.values()].reduce((a, b) => a + b, 0)))); // prettier-ignore
  for (const { row, times } of shown.toSorted((a, b) => more(b) - more(a)).slice(0, ROWS))
    console.log(line(row, times));
}
