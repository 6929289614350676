import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { outline } from '@cruddur/telemetry/testing';
import { CruddurSystem } from '../support/cruddur-system.js';

let system: CruddurSystem;
beforeAll(async () => {
  system = await CruddurSystem.start();
}, 60_000);
afterAll(() => system.stop());

it.each(['user-activities', 'home-activities', 'gateway'] as const)(
  'SIGTERM to %s under load: every request that it took is answered, and no span is lost',
  async (name) => {
    // A circuit that the stop before has opened closes again.
    while ((await system.call('/api/activities/home')).status !== 200) await sleep(100);
    const answers: { status: number; traceId: string }[] = [];
    let stopped = false;
    const clients = Array.from({ length: 8 }, async () => {
      while (!stopped) {
        // The gateway itself refuses connections once it stops: nothing was taken then.
        const answer = await system.call('/api/activities/home').catch(() => undefined);
        if (answer) answers.push(answer);
      }
    });
    while (answers.length < 40) await sleep(10);
    const process = system.process(name);
    process.signal('SIGTERM');
    expect(await process.exited).toBe(0);
    stopped = true;
    await Promise.all(clients);
    await system.receiver.waitFor('a trace per answer', () =>
      answers.every(({ traceId }) => system.receiver.trace(traceId).length > 0),
    );
    await sleep(500);

    for (const { status, traceId } of answers) {
      const spans = system.receiver.trace(traceId);
      expect(outline(spans)).not.toContain('orphan');
      // Whoever called it and did not reach it may have failed; whoever reached it has not.
      if (spans.some(({ service, kind }) => service === name && kind === 'SERVER')) expect(status).toBe(200);
      const parents = new Set(spans.map(({ parentSpanId }) => parentSpanId));
      const calls = spans.filter((span) => span.kind === 'CLIENT' && 'http.response.status_code' in span.attributes);
      for (const call of calls) expect([outline(spans), parents.has(call.spanId)]).toEqual([outline(spans), true]);
    }
    await system.startService(name);
  },
  60_000,
);
