import { parseArgs } from 'node:util';
import { openSurroundings, slice, startSubject } from './compare.ts';
import { nextMessage, pinToOthers, start } from './machine.ts';
import { SUBJECTS } from './subjects.ts';
import { fileURLToPath } from 'node:url';

// Whether anything of a request is kept: the gateway as shipped answers request after request, and says after each
// part what is left on its heap once garbage has been collected. It fails when the second half grows.

const { values: options } = parseArgs({ options: { requests: { type: 'string', default: '2000000' } } });
const PARTS = 20;
const perPart = Math.ceil(Number(options.requests) / PARTS);
/** What the heap may differ between two parts that have nothing to do with each other, in MB. */
const TOLERANCE_MB = 1;
const load = { path: '/api/activities/home', connections: 16, requests: perPart };

pinToOthers();
const surroundings = await openSurroundings(500);
const neighbour = start({
  args: [fileURLToPath(new URL('./programs/neighbour.mjs', import.meta.url))],
  env: { BENCH_ACTIVITIES: '10' },
  measured: false,
});
const { port } = await nextMessage<{ port: number }>(neighbour);
const shipped = SUBJECTS.find(({ id }) => id === 'D')!;
const subject = { ...shipped, args: ['--expose-gc', ...shipped.args] };
const gateway = await startSubject(subject, {
  ...surroundings.env,
  HOME_ACTIVITIES_URL: `http://127.0.0.1:${port}`,
});
const heaps: number[] = [];
try {
  for (let part = 1; part <= PARTS; part++) {
    const { heap_mb: heap, rss_mb: rss, spans } = await slice(gateway, load, surroundings);
    heaps.push(heap);
    console.log(
      `${part * perPart} requests, ${Math.round(spans * perPart)} spans: heap ${heap.toFixed(2)} MB, process ${Math.round(rss)} MB`,
    );
  }
} finally {
  await gateway.stop();
  await neighbour.stop();
  await surroundings.close();
}
const median = (values: number[]) => values.toSorted((a, b) => a - b)[values.length >> 1]!;
const [third, last] = [median(heaps.slice(PARTS / 2, (PARTS * 3) / 4)), median(heaps.slice((PARTS * 3) / 4))];
const perRequest = ((last - third) * 2 ** 20) / ((PARTS / 4) * perPart);
console.log(
  `third quarter ${third.toFixed(2)} MB, last quarter ${last.toFixed(2)} MB: ${perRequest.toFixed(3)} bytes a request`,
);
if (last - third > TOLERANCE_MB) process.exitCode = 1;
