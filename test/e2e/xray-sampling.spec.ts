import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { startOtlpReceiver } from '@cruddur/telemetry/testing';
import { CleanUp, GatewayUnderTest, HOME } from '../support/gateway-under-test.js';
import { VendorStandIn, type VendorRequest, until } from '../support/vendor-stand-in.js';

const cleanUp = new CleanUp();
afterEach(() => cleanUp.run());

const readJson = (file: string) =>
  JSON.parse(readFileSync(new URL(`../../aws/json/${file}`, import.meta.url), 'utf8')) as Record<string, any>;
const { SamplingRule } = readJson('xray.json') as { SamplingRule: Record<string, unknown> };

type Statistics = { RuleName: string; ClientID: string; RequestCount: number };

async function setUp(rules: object[]) {
  const reports: Statistics[] = [];
  const daemon = new VendorStandIn(({ method, path, body }: VendorRequest) => {
    expect(method).toBe('POST');
    const input = JSON.parse(body.toString()) as { SamplingStatisticsDocuments: Statistics[] };
    if (path === '/GetSamplingRules')
      return { body: { SamplingRuleRecords: rules.map((rule) => ({ SamplingRule: rule })) } };
    expect(path).toBe('/SamplingTargets');
    reports.push(...input.SamplingStatisticsDocuments);
    const targets = input.SamplingStatisticsDocuments.map(({ RuleName }) => ({ RuleName, FixedRate: 0 }));
    return { body: { SamplingTargetDocuments: targets, UnprocessedStatistics: [] } };
  });
  await daemon.start();
  cleanUp.add(daemon);
  const backend = await startOtlpReceiver();
  cleanUp.add({ stop: () => backend.close() });
  const env = {
    OTEL_TRACES_EXPORTER: 'otlp',
    OTEL_EXPORTER_OTLP_ENDPOINT: backend.url,
    OTEL_TRACES_SAMPLER: 'xray',
    OTEL_TRACES_SAMPLER_ARG: `endpoint=${daemon.url},target_interval=1`,
  };
  return { daemon, backend, reports, start: () => GatewayUnderTest.start(cleanUp, env) };
}
const own = (changes: object) => ({ ...SamplingRule, ...changes });

describe('OTEL_TRACES_SAMPLER=xray', () => {
  it('keeps what the first matching rule keeps, tells X-Ray, and does what it says then', async () => {
    const { daemon, backend, reports, start } = await setUp([
      own({ RuleName: 'all', Priority: 2, FixedRate: 1, ReservoirSize: 0 }),
      own({ RuleName: 'none', Priority: 1, FixedRate: 0, ReservoirSize: 0, URLPath: '/api/activities/notifications' }),
    ]);
    const gateway = await start();
    await until('the rules', () => daemon.requests.length > 0);
    const refused = await gateway.call('/api/activities/notifications');
    const { traceId } = await gateway.call(HOME);
    await backend.waitFor('2 spans', () => backend.trace(traceId).length === 2);
    expect(backend.trace(refused.traceId)).toEqual([]);
    await until('the report', () => reports.length >= 2);
    expect(daemon.violations).toEqual([]);
    expect(reports).toContainEqual(expect.objectContaining({ RuleName: 'all', RequestCount: 1, SampledCount: 1 }));
    expect(reports).toContainEqual(expect.objectContaining({ RuleName: 'none', RequestCount: 1, SampledCount: 0 }));
    expect(reports[0]?.ClientID).toMatch(/^[0-9a-f]{24}$/);
    // The daemon's answer to the report arrives whenever it does.
    const isSampled = async () => (await fetch(gateway.url + HOME)).headers.get('traceresponse')?.endsWith('-01');
    for (let tries = 0; (await isSampled()) && tries < 500; tries++) await sleep(20);
    expect(await isSampled()).toBe(false);
  });

  it('serves and says so when there is no daemon', async () => {
    const { daemon, start } = await setUp([]);
    daemon.mode = 'reset';
    const gateway = await start();
    expect((await gateway.call(HOME)).status).toBe(200);
    await until('the warning', () => gateway.process.stdout.includes("X-Ray's sampling rules are not to be had"));
  });
});

describe('aws/json', () => {
  it('xray.json is what create-sampling-rule takes', () => {
    const texts = { ResourceARN: 128, ServiceName: 64, ServiceType: 64, Host: 64, HTTPMethod: 10, URLPath: 128 };
    for (const [key, length] of Object.entries(texts))
      expect(SamplingRule[key]).toMatch(new RegExp(`^.{1,${length}}$`));
    expect(SamplingRule.RuleName).toMatch(/^[\w-]{1,32}$/);
    expect(SamplingRule).toMatchObject({ Version: 1, Attributes: {} });
    expect(SamplingRule.Priority).toBeGreaterThanOrEqual(1);
    expect(SamplingRule.Priority).toBeLessThanOrEqual(9_999);
    expect(SamplingRule.FixedRate).toBeLessThanOrEqual(1);
    expect(Number.isInteger(SamplingRule.ReservoirSize)).toBe(true);
    expect(Object.keys(SamplingRule)).toHaveLength(12);
  });

  it('xray-group.json is what create-group takes', () => {
    expect(readJson('xray-group.json')).toEqual({
      GroupName: expect.stringMatching(/^[\w-]{1,32}$/),
      FilterExpression: 'service("gateway")',
      InsightsConfiguration: { InsightsEnabled: true, NotificationsEnabled: false },
    });
  });
});
