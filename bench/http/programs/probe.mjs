// Preloaded into every measured process: it says over the IPC channel what it has used so far, and nothing else.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setImmediate } from 'node:timers';

const delay = monitorEventLoopDelay({ resolution: 10 });
delay.enable();

process.on('message', (message) => {
  if (message === 'reset') delay.reset();
  if (message !== 'usage') return;
  globalThis.gc?.();
  setImmediate(() => {
    const { user, system } = process.cpuUsage();
    const { rss, heapUsed } = process.memoryUsage();
    process.send?.({ cpu: user + system, rss, heapUsed, loopP99: delay.percentile(99) / 1e6 });
  });
});
// The channel must not keep a stopping service alive.
process.channel?.unref();
