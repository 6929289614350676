import { Module } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createService } from './create-service.js';
import { HEALTH_CHECKS, type Health, type HealthCheck } from './health.js';

process.env.LOG_LEVEL = 'silent';

let app: NestFastifyApplication;
let health: Health;
afterEach(() => app.close());

const up = () => Promise.resolve();
const down = () => Promise.reject(new Error('connect ECONNREFUSED 10.0.0.7:5432'));
const hangs = () => new Promise(() => {});

/** Two modules, each with checks of its own. */
async function serve(first: HealthCheck[], second?: HealthCheck) {
  @Module({ providers: [{ provide: HEALTH_CHECKS, useValue: second ?? [] }] })
  class InnerModule {}
  @Module({ imports: [InnerModule], providers: [{ provide: HEALTH_CHECKS, useValue: first }] })
  class OuterModule {}
  ({ app, health } = await createService({ module: OuterModule, prefix: 'api' }));
  await app.init();
}

async function get(path: string) {
  const response = await app.inject(path);
  return { status: response.statusCode, json: response.json<unknown>() };
}

describe('GET /health/ready', () => {
  it('is ok in a service without checks', async () => {
    await serve([]);
    expect(await get('/health/ready')).toEqual({ status: 200, json: { status: 'ok', checks: {} } });
  });

  it('asks the checks of every module', async () => {
    await serve([{ name: 'database', check: up }], { name: 'disk', check: () => true });
    expect(await get('/health/ready')).toEqual({
      status: 200,
      json: { status: 'ok', checks: { database: 'up', disk: 'up' } },
    });
  });

  it.each([
    ['rejects', down],
    ['throws', () => JSON.parse('{') as unknown],
    ['hangs', hangs],
  ])('is 503 when a required check %s, and says no more than which', async (_name, check) => {
    await serve([{ name: 'database', check }], { name: 'broker', check: up });
    expect(await get('/health/ready')).toEqual({
      status: 503,
      json: { status: 'down', checks: { database: 'down', broker: 'up' } },
    });
  });

  it('stays 200 when something fails that the service can do without', async () => {
    await serve([{ name: 'database', check: up }], { name: 'broker', check: down, required: false });
    expect(await get('/health/ready')).toEqual({
      status: 200,
      json: { status: 'degraded', checks: { database: 'up', broker: 'degraded' } },
    });
  });

  it('is 503 while draining', async () => {
    await serve([{ name: 'database', check: up }]);
    health.draining = true;
    expect(await get('/health/ready')).toEqual({ status: 503, json: { status: 'draining' } });
  });
});

describe('GET /health/live', () => {
  it('depends on nothing', async () => {
    await serve([{ name: 'database', check: hangs }]);
    health.draining = true;
    expect(await get('/health/live?probe=1')).toEqual({ status: 200, json: { status: 'ok' } });
  });
});
