import { afterEach, describe, expect, it } from '@jest/globals';
import { startOtlpReceiver } from '@cruddur/telemetry/testing';
import { CleanUp, GatewayUnderTest, HOME, SECRET } from '../support/gateway-under-test.js';
import { json } from '../support/neighbour.js';
import { ROLLBAR_TOKEN, RollbarApi } from '../support/rollbar-api.js';
import { MISBEHAVIOURS, until } from '../support/vendor-stand-in.js';

const cleanUp = new CleanUp();
afterEach(() => cleanUp.run());

async function setUp(env: Record<string, string> = {}, home = json(500, {})) {
  const rollbar = cleanUp.add(await new RollbarApi().start());
  const backend = await startOtlpReceiver();
  cleanUp.add({ stop: () => backend.close() });
  const otlp = { OTEL_TRACES_EXPORTER: 'otlp', OTEL_EXPORTER_OTLP_ENDPOINT: backend.url };
  const start = () => GatewayUnderTest.start(cleanUp, { ...otlp, ...rollbar.env, ...env }, home);
  return { rollbar, backend, start };
}
const lost = (gateway: GatewayUnderTest) =>
  gateway.process.log.find(({ msg }) => String(msg).startsWith('errors were not delivered'));

describe('Rollbar', () => {
  it('gets a 5xx once, with ids, user, version and a link to the trace; the span has a link to the item', async () => {
    const { rollbar, backend, start } = await setUp({
      NODE_ENV: 'staging',
      ROLLBAR_CODE_VERSION: 'abc1234',
      TELEMETRY_TRACE_URL: 'https://traces.example/t/{trace_id}?view=tree, http://jaeger.example/trace/{trace_id}',
    });
    const gateway = await start();
    const { status, traceId } = await gateway.call();
    expect(status).toBe(502);
    await gateway.call('/api/activities/nothing-like-a-uuid');
    await backend.waitFor('3 spans', () => backend.spans.length === 3);
    await until('the item', () => rollbar.items.length > 0);
    expect(rollbar.violations).toEqual([]);
    expect(rollbar.items).toHaveLength(1);
    const server = backend.spans.find((span) => span.traceId === traceId && span.kind === 'SERVER');
    const [item] = rollbar.items;
    expect(item).toMatchObject({
      environment: 'staging',
      level: 'error',
      code_version: 'abc1234',
      context: `GET ${HOME}`,
      person: { id: server?.attributes['user.id'] },
      request: { method: 'GET', url: HOME },
      custom: {
        service: 'gateway',
        status: 502,
        trace_id: traceId,
        span_id: server?.spanId,
        trace_url: `https://traces.example/t/${traceId}?view=tree`,
        trace_links: [`https://traces.example/t/${traceId}?view=tree`, `http://jaeger.example/trace/${traceId}`],
      },
    });
    const frames = item?.body.trace_chain[0].frames as unknown[];
    expect(frames.at(-1)).toMatchObject({ lineno: expect.any(Number) });
    expect(server?.attributes).toMatchObject({
      'rollbar.item.uuid': item?.uuid,
      'rollbar.item.url': `https://rollbar.com/occurrence/uuid/?uuid=${item?.uuid}`,
    });
    expect(JSON.stringify(rollbar.items)).not.toContain(SECRET);
    expect(gateway.process.stdout + JSON.stringify(backend.spans.map(({ attributes }) => attributes))).not.toContain(
      ROLLBAR_TOKEN,
    );
  });

  it('hears of requests that are not sampled, too', async () => {
    const { rollbar, start } = await setUp({ OTEL_TRACES_SAMPLER: 'always_off' });
    const gateway = await start();
    const { traceId } = await gateway.call();
    await until('the item', () => rollbar.items.length === 1);
    expect(rollbar.items[0]?.custom.trace_id).toBe(traceId);
  });

  it('hears of what ends the process', async () => {
    const crash = `data:text/javascript,setTimeout(()=>{throw new TypeError('password='+atob('${btoa(SECRET)}')+' is wrong')},2500)`;
    const { rollbar, start } = await setUp({ NODE_OPTIONS: `--import=${encodeURI(crash)}` });
    const gateway = await start();
    expect(await gateway.process.exited).toBe(1);
    expect(rollbar.violations).toEqual([]);
    expect(rollbar.items).toMatchObject([
      { level: 'critical', body: { trace_chain: [{ exception: { class: 'TypeError' } }] } },
    ]);
    expect(JSON.stringify(rollbar.items)).not.toContain(SECRET);
  });

  it.each(MISBEHAVIOURS)('that misbehaves (%s) slows no request and no shutdown', async (mode) => {
    const { rollbar, start } = await setUp();
    rollbar.mode = mode;
    const gateway = await start();
    for (let i = 0; i < 3; i++) expect((await gateway.call()).status).toBeGreaterThanOrEqual(502);
    await until('a try', () => rollbar.requests.length > 0);
    expect(await gateway.stop()).toBe(0);
    if (mode === 'slow') expect(lost(gateway)).toBeUndefined();
    else expect(lost(gateway)?.errors_dropped).toBeGreaterThanOrEqual(1);
    expect(gateway.process.stdout).not.toContain(ROLLBAR_TOKEN);
  });

  it('that was away gets the item later', async () => {
    const { rollbar, start } = await setUp();
    rollbar.mode = 503;
    const gateway = await start();
    const { traceId } = await gateway.call();
    await until('the warning', () => gateway.warnings.length === 1);
    rollbar.requests.length = 0;
    rollbar.mode = 'take';
    await until('the item', () => rollbar.items.some(({ custom }) => custom.trace_id === traceId));
  });

  it('gets no more than 60 items a minute; what is on top is counted', async () => {
    const { rollbar, start } = await setUp();
    const gateway = await start();
    await Promise.all(Array.from({ length: 150 }, () => gateway.call()));
    expect(await gateway.stop()).toBe(0);
    // The minute may turn in between.
    expect(rollbar.items.length).toBeLessThanOrEqual(120);
    expect(JSON.stringify(gateway.warnings)).toContain('more than 60 a minute');
  });

  it('is left out, and it is said, when the token cannot be one', async () => {
    const { start } = await setUp({ ROLLBAR_ACCESS_TOKEN: 'not a token' });
    expect((await start()).process.stdout).toContain('ROLLBAR_ACCESS_TOKEN does not look like');
  });
});

describe('GET /rollbar/test', () => {
  it('fails on purpose, in development', async () => {
    const { rollbar, start } = await setUp();
    const gateway = await start();
    const { status, traceId } = await gateway.call('/rollbar/test');
    expect(status).toBe(500);
    await until('the item', () => rollbar.items.length === 1);
    expect(rollbar.items[0]).toMatchObject({
      custom: { trace_id: traceId },
      body: { trace_chain: [{ exception: { class: 'RollbarTestError' } }] },
    });
  });

  it.each([
    ['in production', { NODE_ENV: 'production' }],
    ['without a token', { ROLLBAR_ACCESS_TOKEN: '' }],
  ])('is not there %s', async (_when, env) => {
    const { start } = await setUp(env);
    expect((await (await start()).call('/rollbar/test')).status).toBe(404);
  });
});
