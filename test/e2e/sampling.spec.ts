import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { CruddurSystem } from '../support/cruddur-system.js';
import { HOME } from '../support/gateway-under-test.js';
import { until } from '../support/until.js';

let system: CruddurSystem;

/** The gateway decides; the services behind it have not been told that there is sampling. */
beforeAll(async () => {
  system = await CruddurSystem.start();
  await system.process('gateway').kill();
  await system.startService('gateway', {
    OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
    OTEL_TRACES_SAMPLER_ARG: '0.5',
  });
}, 60_000);
afterAll(() => system.stop(), 60_000);

const decidedToKeep = (traceresponse: string) => traceresponse.endsWith('-01');

it('keeps a trace in every service or in none, and every span says for how many it stands', async () => {
  const kept: string[] = [];
  const leftOut: string[] = [];
  while (kept.length < 3 || leftOut.length < 3) {
    const post = kept.length % 2 === 0;
    const response = await fetch(
      `${system.url('gateway')}${post ? '/api/activities' : HOME}`,
      post
        ? {
            method: 'POST',
            headers: { 'content-type': 'application/json', 'idempotency-key': randomUUID() },
            body: JSON.stringify({ message: 'sampled?', ttl: '1-day' }),
          }
        : {},
    );
    await response.arrayBuffer();
    expect(response.ok).toBe(true);
    const traceresponse = response.headers.get('traceresponse')!;
    (decidedToKeep(traceresponse) ? kept : leftOut).push(traceresponse.split('-')[1]!);
  }
  // The first one is a POST: its event comes to home-activities later, in the same trace.
  for (const traceId of kept) {
    await until('the spans of all services', () => {
      const services = new Set(system.receiver.trace(traceId).map(({ service }) => service));
      return services.size === 3;
    });
    const rates = system.receiver.trace(traceId).map(({ attributes }) => attributes.SampleRate);
    expect(new Set(rates)).toEqual(new Set([2]));
  }
  for (const traceId of leftOut) expect(system.receiver.trace(traceId)).toEqual([]);
}, 60_000);
