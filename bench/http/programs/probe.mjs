// Preloaded into every measured process: it says over the IPC channel what it has used so far, and nothing else.
import { setImmediate } from 'node:timers';

process.on('message', (message) => {
  if (message !== 'usage') return;
  globalThis.gc?.();
  setImmediate(() => {
    const { user, system } = process.cpuUsage();
    const { rss, heapUsed } = process.memoryUsage();
    process.send?.({ cpu: user + system, rss, heapUsed });
  });
});
// The channel must not keep a stopping service alive.
process.channel?.unref();
