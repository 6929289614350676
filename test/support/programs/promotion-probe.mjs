// Preloaded into a service: on SIGUSR2 it says on stderr how many bytes have reached the old generation since the last time,
// and how many outside of the heap have been kept with them. Both are sums, whatever full collections have freed.
import { GCProfiler } from 'node:v8';

let profiler = new GCProfiler();
profiler.start();

process.on('SIGUSR2', () => {
  const { statistics } = profiler.stop();
  let old = 0;
  let external = 0;
  let last = statistics[0]?.beforeGC;
  for (const { gcType, beforeGC, afterGC } of statistics) {
    const until = gcType === 'Scavenge' ? afterGC : beforeGC;
    old += oldSpace(until) - oldSpace(last);
    external += until.heapStatistics.externalMemory - last.heapStatistics.externalMemory;
    last = afterGC;
  }
  process.stderr.write(`${JSON.stringify({ old, external, collections: statistics.length })}\n`);
  profiler = new GCProfiler();
  profiler.start();
});

function oldSpace({ heapSpaceStatistics }) {
  return heapSpaceStatistics.find(({ spaceName }) => spaceName === 'old_space').spaceUsedSize;
}
