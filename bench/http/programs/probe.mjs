// Preloaded into every measured process: it says over the IPC channel what it has used so far, or where its time goes.
import { setImmediate } from 'node:timers';

process.on('message', (message) => {
  if (message === 'profile') void profile().then((answer) => process.send?.(answer));
  if (message !== 'usage') return;
  globalThis.gc?.();
  setImmediate(() => {
    const { user, system } = process.cpuUsage();
    const { rss, heapUsed } = process.memoryUsage();
    process.send?.({ cpu: user + system, rss, heapUsed });
  });
});

let session;

/** Begins a profile of the main thread, or ends it. @returns microseconds by function: [name, url, time] */
async function profile() {
  const { Session } = await import('node:inspector/promises');
  if (!session) {
    session = new Session();
    session.connect();
    await session.post('Profiler.enable');
    await session.post('Profiler.setSamplingInterval', { interval: 200 });
    await session.post('Profiler.start');
    return 'begun';
  }
  const { nodes, samples, timeDeltas } = (await session.post('Profiler.stop')).profile;
  session.disconnect();
  session = undefined;
  const frames = new Map(nodes.map(({ id, callFrame: { functionName, url } }) => [id, [functionName, url, 0]]));
  samples.forEach((id, index) => (frames.get(id)[2] += timeDeltas[index]));
  return [...frames.values()].filter(([, , time]) => time > 0);
}

// The channel must not keep a stopping service alive.
process.channel?.unref();
