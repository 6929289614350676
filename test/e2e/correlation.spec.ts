import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { outline } from '@cruddur/telemetry/testing';
import { CruddurSystem } from '../support/cruddur-system.js';

let system: CruddurSystem;
beforeAll(async () => {
  system = await CruddurSystem.start();
}, 60_000);
afterAll(() => system.stop());

const HOME = [
  'gateway: SERVER GET /api/activities/home',
  '  gateway: CLIENT GET /activities/home',
  '    home-activities: SERVER GET /activities/home',
  '      home-activities: INTERNAL load home timeline',
  '        home-activities: CLIENT SELECT timeline',
  '        home-activities: CLIENT POST /profiles',
  '          user-activities: SERVER POST /profiles',
  '            user-activities: CLIENT SELECT users',
].join('\n');

describe('200 concurrent requests', () => {
  it('make 200 complete traces, each with the values of its own request', async () => {
    const feedSize: number = (await system.call('/api/activities/home?limit=100')).body.length;
    const answers = await Promise.all(
      Array.from({ length: 200 }, async (_, n) => {
        const limit = 1 + (n % 100);
        const { status, traceId } = await system.call(`/api/activities/home?limit=${limit}`);
        return { status, traceId, limit, query: `limit=${limit}` };
      }),
    );
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    expect(new Set(answers.map(({ traceId }) => traceId)).size).toBe(200);
    const complete = ({ traceId }: { traceId: string }) => system.receiver.trace(traceId).length === 8;
    await system.receiver.waitFor('200 traces of 8 spans', () => answers.every(complete));
    for (const { traceId, limit, query } of answers) {
      const spans = system.receiver.trace(traceId);
      expect(outline(spans)).toBe(HOME);
      const servers = spans.filter(({ kind, name }) => kind === 'SERVER' && name !== 'POST /profiles');
      expect(servers.map(({ attributes }) => attributes['url.query'])).toEqual([query, query]);
      const load = spans.find(({ name }) => name === 'load home timeline');
      expect(load?.attributes['cruddur.activities.count']).toBe(Math.min(limit, feedSize));
    }
  }, 60_000);
});

describe('logs', () => {
  it('of one request are found by its trace id in all three services, inside their server spans', async () => {
    const { traceId } = await system.call('/api/activities/home');
    const spans = await system.receiver.expectTrace(traceId, HOME);
    for (const service of system.names) {
      const find = () => system.logsOf(traceId, service).find(({ msg }) => msg === 'request completed');
      await system.receiver.waitFor(`the line of ${service}`, () => find() !== undefined);
      const line = find();
      const server = spans.find((span) => span.service === service && span.kind === 'SERVER');
      expect(line).toMatchObject({
        level: 'info',
        service,
        trace_id: traceId,
        span_id: server?.spanId,
        trace_flags: '01',
        method: server?.attributes['http.request.method'],
        route: server?.attributes['http.route'],
        status: 200,
      });
      expect(typeof line?.duration_ms).toBe('number');
    }
  });

  it('say nothing of headers, queries or credentials', async () => {
    const headers = { authorization: 'Bearer hunter2hunter2', cookie: 'session=hunter2' };
    const { traceId } = await system.call('/api/activities/search?term=hunter2', { headers });
    await system.receiver.waitFor('the trace', () => system.receiver.trace(traceId).length === 4);
    expect(JSON.stringify(system.names.map((name) => system.process(name).stdout))).not.toContain('hunter2');
    const attributes = system.receiver.trace(traceId).map((span) => JSON.stringify(span.attributes));
    expect(attributes.join()).not.toMatch(/Bearer|session=/);
  });

  it('of a refused request are found as well', async () => {
    const { status, traceId } = await system.call('/api/activities/home?limit=x');
    expect(status).toBe(422);
    await system.receiver.waitFor('the line', () => system.logsOf(traceId, 'gateway').length === 1);
    expect(system.logsOf(traceId, 'gateway')).toMatchObject([{ msg: 'request completed', status: 422 }]);
  });
});

describe('health checks', () => {
  it('are traced and logged nowhere, database check and all', async () => {
    await new Promise((resolve) => setTimeout(resolve, 300));
    const seen = () => [system.receiver.spans.length, ...system.names.map((name) => system.process(name).log.length)];
    const before = seen();
    for (const url of system.names.map((name) => system.url(name))) {
      for (const path of ['/health/live', '/health/ready', '/health/ready?verbose']) {
        const response = await fetch(url + path);
        expect([path, response.status, response.headers.get('traceresponse')]).toEqual([path, 200, null]);
      }
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(seen()).toEqual(before);
  });
});

describe('the resource', () => {
  it('says who speaks, and never how it was called', async () => {
    const { traceId } = await system.call('/api/activities/home');
    const spans = await system.receiver.expectTrace(traceId, HOME);
    for (const { resource, service } of spans) {
      expect(resource).toMatchObject({
        'service.name': service,
        'service.namespace': 'cruddur',
        'service.version': expect.stringMatching(/^\d+\.\d+\.\d+/),
        'service.instance.id': expect.stringMatching(/^[0-9a-f-]{36}$/),
        'deployment.environment.name': 'test',
        'process.runtime.name': 'nodejs',
      });
      expect(Object.keys(resource).join()).not.toMatch(/command/);
    }
  });
});
