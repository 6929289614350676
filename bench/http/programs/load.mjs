// Sends requests: as many as asked for over a number of connections, each as soon as the last one was answered; or at
// a fixed rate, where a request's time counts from the moment it was due, so that a stall is seen by all it delays.
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'undici';

/** They stay between the turns of a subject. */
const pools = new Map();

process.on('message', async ({ url, requests, connections, rate }) => {
  const { origin, pathname } = new URL(url);
  const key = `${origin} ${connections}`;
  const pool = pools.get(key) ?? new Pool(origin, { connections, pipelining: 1 });
  pools.set(key, pool);
  const latencies = new Array(requests);
  let sent = 0;
  let failed = 0;
  const send = async (due) => {
    const index = sent++;
    try {
      const { statusCode, body } = await pool.request({ path: pathname, method: 'GET' });
      await body.dump();
      if (statusCode !== 200) failed++;
    } catch {
      failed++;
    }
    latencies[index] = performance.now() - due;
  };
  const started = performance.now();
  if (rate) {
    const pending = [];
    while (sent < requests) {
      const due = started + (sent * 1_000) / rate;
      if (due > performance.now()) await sleep(Math.max(1, due - performance.now()));
      for (; sent < requests && started + (sent * 1_000) / rate <= performance.now();) {
        pending.push(send(started + (sent * 1_000) / rate));
      }
    }
    await Promise.all(pending);
  } else {
    const work = async () => {
      while (sent < requests) await send(performance.now());
    };
    await Promise.all(Array.from({ length: connections }, work));
  }
  const seconds = (performance.now() - started) / 1_000;
  process.send({ seconds, latencies, failed });
});
process.on('disconnect', () => process.exit());
