import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { outline } from '@cruddur/telemetry/testing';
import { CruddurSystem } from '../support/cruddur-system.js';

let system: CruddurSystem;
beforeAll(async () => {
  system = await CruddurSystem.start();
}, 60_000);
afterAll(() => system.stop());

describe('when user-activities is dead', () => {
  beforeAll(async () => {
    // A page that home-activities can remember.
    expect((await system.call('/api/activities/home')).status).toBe(200);
    await system.process('user-activities').kill();
  });

  it('the home timeline answers what it has, says so, and its trace shows why', async () => {
    const { status, body, headers, traceId } = await system.call('/api/activities/home');
    expect(status).toBe(200);
    expect(body.length).toBeGreaterThan(5);
    expect(headers.get('cruddur-degraded')).toBe('user-activities');
    const spans = await system.receiver.expectTrace(
      traceId,
      `
      gateway: SERVER GET /api/activities/home
        gateway: CLIENT GET /activities/home
          home-activities: SERVER GET /activities/home
            home-activities: INTERNAL load home timeline
              home-activities: CLIENT GET /activities (error)
              home-activities: CLIENT GET /activities (error)
      `,
    );
    const attempts = spans.filter(({ service, kind }) => service === 'home-activities' && kind === 'CLIENT');
    expect(
      attempts.map(({ attributes }) => [attributes['error.type'], attributes['http.request.resend_count']]),
    ).toEqual(
      expect.arrayContaining([
        ['ECONNREFUSED', undefined],
        ['ECONNREFUSED', 1],
      ]),
    );
  });

  it('a profile is 502, and the trace shows every attempt', async () => {
    const { status, body, traceId } = await system.call('/api/activities/@noor');
    expect([status, body.errors]).toEqual([502, ['upstream_failed']]);
    await system.receiver.expectTrace(
      traceId,
      `
      gateway: SERVER GET /api/activities/@:handle (error)
        gateway: CLIENT GET /users/{handle}/activities (error)
        gateway: CLIENT GET /users/{handle}/activities (error)
        gateway: CLIENT GET /users/{handle}/activities (error)
      `,
    );
  });

  it('the circuit opens: 503 at once, no call, and the trace says so', async () => {
    const answers = [];
    for (let i = 0; i < 30; i++) answers.push(await system.call('/api/activities/@noor'));
    const shed = answers.findLast(({ status }) => status === 503);
    expect(shed?.body.errors).toEqual(['upstream_unavailable']);
    expect(Number(shed?.headers.get('retry-after'))).toBeGreaterThan(0);
    const [span] = await system.receiver.expectTrace(
      shed!.traceId,
      'gateway: SERVER GET /api/activities/@:handle (error)',
    );
    expect(span?.events.map(({ name }) => name)).toContain('circuit open');
  });

  it('everything works again once it is back', async () => {
    await system.startService('user-activities');
    const deadline = Date.now() + 30_000;
    let status = 0;
    while (status !== 200 && Date.now() < deadline) {
      ({ status } = await system.call('/api/activities/@noor'));
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    expect(status).toBe(200);
    const { traceId, headers } = await system.call('/api/activities/home');
    expect(headers.get('cruddur-degraded')).toBeNull();
    await system.receiver.waitFor('the trace', () => system.receiver.trace(traceId).length === 7);
    expect(outline(system.receiver.trace(traceId))).not.toContain('(error)');
  }, 60_000);
});

describe('when PostgreSQL is dead', () => {
  it('readiness says so, liveness does not, and requests are answered 502 or 503', async () => {
    await system.postgres.stop();
    const url = system.url('user-activities');
    expect((await fetch(`${url}/health/live`)).status).toBe(200);
    expect((await fetch(`${url}/health/ready`)).status).toBe(503);
    const { status, body } = await system.call('/api/activities/@noor');
    expect([502, 503]).toContain(status);
    expect(JSON.stringify(body)).not.toMatch(/postgres|ECONN|127\.0\.0\.1/);
  });
});
