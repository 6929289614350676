// Preloaded into every measured process: it says over the IPC channel what it has used so far, and nothing else.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setImmediate } from 'node:timers';

const delay = monitorEventLoopDelay({ resolution: 10 });

process.on('message', (message) => {
  if (message === 'turn begins') delay.enable();
  if (message === 'turn ends') delay.disable();
  if (message !== 'usage') return;
  globalThis.gc?.();
  setImmediate(() => {
    const { user, system } = process.cpuUsage();
    const { rss, heapUsed } = process.memoryUsage();
    process.send?.({ cpu: user + system, rss, heapUsed, loopP99: delay.percentile(99) / 1e6 });
    delay.reset();
  });
});
// The channel must not keep a stopping service alive.
process.channel?.unref();
