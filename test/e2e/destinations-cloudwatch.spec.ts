import { afterEach, describe, expect, it } from '@jest/globals';
import { AWS_ENV } from '../support/aws-signature.js';
import { CloudWatchApi } from '../support/cloudwatch-api.js';
import { CleanUp, GatewayUnderTest, HOME, SECRET, ok } from '../support/gateway-under-test.js';
import { until } from '../support/vendor-stand-in.js';

const cleanUp = new CleanUp();
afterEach(() => cleanUp.run());

async function setUp(env: Record<string, string> = {}) {
  const cloudWatch = cleanUp.add(await new CloudWatchApi().start());
  const start = () => GatewayUnderTest.start(cleanUp, { ...cloudWatch.env, ...env });
  const completed = () => cloudWatch.lines.filter(({ msg }) => msg === 'request completed');
  return { cloudWatch, start, completed };
}

describe('CloudWatch Logs', () => {
  it('gets every line of a service in its own stream, which it creates; stdout stays', async () => {
    const { cloudWatch, start, completed } = await setUp();
    const gateway = await start();
    await fetch(`${gateway.url}/health/live`);
    const { traceId } = await gateway.call();
    await until('the line', () => completed().length === 1);
    expect(cloudWatch.violations).toEqual([]);
    expect([...cloudWatch.streams.keys()]).toEqual([expect.stringMatching(/^\/cruddur\/test gateway\/.+\/\d+$/)]);
    expect(completed()[0]).toMatchObject({ service: 'gateway', trace_id: traceId, route: HOME, status: 200 });
    expect(await gateway.stop()).toBe(0);
    const texts = (lines: Record<string, unknown>[]) => lines.map(({ msg }) => msg);
    expect(texts(gateway.process.log)).toEqual(expect.arrayContaining(texts(cloudWatch.lines)));
    expect(JSON.stringify(cloudWatch.lines)).not.toContain(SECRET);
    expect(JSON.stringify(cloudWatch.lines) + gateway.process.stdout).not.toContain(AWS_ENV.AWS_SECRET_ACCESS_KEY);
  });

  it('gets the last lines of a service that stops', async () => {
    const { cloudWatch, start, completed } = await setUp();
    const gateway = await start();
    await gateway.load(20);
    expect(await gateway.stop()).toBe(0);
    expect(completed()).toHaveLength(20);
    expect(cloudWatch.lines.some(({ msg }) => String(msg).includes('SIGTERM'))).toBe(true);
  });

  it('that throttles gets the lines again, each once', async () => {
    const { cloudWatch, start, completed } = await setUp();
    cloudWatch.throttle();
    cloudWatch.throttle();
    const gateway = await start();
    await gateway.load(5);
    await until('5 lines', () => completed().length === 5);
    expect(gateway.warnings[0]).toMatchObject({ reason: 'ThrottlingException' });
    await until('the good news', () => gateway.warnings.length === 2);
    expect(gateway.warnings[1]).toMatchObject({ lines_dropped: 0 });
    expect(new Set(completed().map(({ trace_id }) => trace_id)).size).toBe(5);
  });

  it('that denies access costs what it refused, and it is counted', async () => {
    const { cloudWatch, start, completed } = await setUp();
    cloudWatch.deny();
    const gateway = await start();
    await until('the warning', () => gateway.warnings.length === 1);
    expect(gateway.warnings[0]).toMatchObject({ reason: 'AccessDeniedException' });
    await gateway.call();
    await until('the line', () => completed().length === 1);
    await until('the good news', () => gateway.warnings.length === 2);
    expect(gateway.warnings[1]?.lines_dropped).toBeGreaterThan(0);
  });

  it.each([401, 429, 500, 'hang', 'reset', 'slow'] as const)(
    'that misbehaves (%s) slows no request, and no shutdown',
    async (mode) => {
      const { cloudWatch, start } = await setUp();
      cloudWatch.mode = mode;
      const gateway = await start();
      expect(await gateway.load(5)).toEqual(ok(5));
      await until('a try', () => cloudWatch.requests.length > 0);
      expect(await gateway.stop()).toBe(0);
      const lost = gateway.process.log.find(({ msg }) => String(msg).startsWith('lines were not delivered'));
      if (mode === 'slow') expect(lost).toBeUndefined();
      else expect(lost?.lines_dropped).toBeGreaterThan(0);
    },
  );

  it.each([
    ['AWS_REGION', { AWS_REGION: '' }],
    ['CLOUDWATCH_LOG_GROUP', { CLOUDWATCH_LOG_GROUP: 'not:a:group' }],
  ])('is left out, and it is said, when %s is missing or wrong', async (variable, env) => {
    const { start } = await setUp(env);
    expect((await start()).process.stdout).toContain(variable);
  });
});
