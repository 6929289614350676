import { afterEach, describe, expect, it } from '@jest/globals';
import { CleanUp, GatewayUnderTest, SECRET, ok } from '../support/gateway-under-test.js';
import { VendorStandIn, type VendorRequest, until } from '../support/vendor-stand-in.js';

const cleanUp = new CleanUp();
afterEach(() => cleanUp.run());

type Span = Record<string, any>;

/** What Zipkin's server checks of POST /api/v2/spans. */
function checkZipkin({ method, path, headers, body }: VendorRequest) {
  expect([method, path, headers['content-type']]).toEqual(['POST', '/api/v2/spans', 'application/json']);
  for (const span of JSON.parse(body.toString()) as Span[]) {
    expect(span.traceId).toMatch(/^[0-9a-f]{32}$/);
    expect(span.id).toMatch(/^[0-9a-f]{16}$/);
    if (span.parentId !== undefined) expect(span.parentId).toMatch(/^[0-9a-f]{16}$/);
    if (span.kind !== undefined) expect(['CLIENT', 'SERVER', 'PRODUCER', 'CONSUMER']).toContain(span.kind);
    expect(Number.isSafeInteger(span.timestamp) && Number.isSafeInteger(span.duration) && span.duration > 0).toBe(true);
    for (const value of Object.values(span.tags as object)) expect(typeof value).toBe('string');
  }
  return { status: 202 };
}

async function zipkin() {
  const vendor = cleanUp.add(await new VendorStandIn(checkZipkin).start());
  const env = { OTEL_TRACES_EXPORTER: 'zipkin', OTEL_EXPORTER_ZIPKIN_ENDPOINT: `${vendor.url}/api/v2/spans` };
  const spans = () => vendor.requests.flatMap(({ body }) => JSON.parse(body.toString()) as Span[]);
  return { vendor, env, spans };
}

describe('Zipkin', () => {
  it('gets every span of a request, no health check and no secret', async () => {
    const { vendor, env, spans } = await zipkin();
    const gateway = await GatewayUnderTest.start(cleanUp, env);
    await fetch(`${gateway.url}/health/live`);
    const { traceId } = await gateway.call();
    await until('2 spans', () => spans().length === 2);
    expect(vendor.violations).toEqual([]);
    const [client, server] = spans();
    expect(server).toMatchObject({
      traceId,
      kind: 'SERVER',
      name: 'GET /api/activities/home',
      localEndpoint: { serviceName: 'gateway' },
      tags: { 'http.response.status_code': '200', 'http.route': '/api/activities/home' },
    });
    expect(client).toMatchObject({ traceId, kind: 'CLIENT', parentId: server?.id });
    expect(client?.remoteEndpoint).toMatchObject({ ipv4: '127.0.0.1' });
    expect(JSON.stringify(spans())).not.toContain(SECRET);
  });

  it.each([429, 503, 'hang', 'reset'] as const)(
    'that misbehaves (%s) slows nothing and gets all later',
    async (mode) => {
      const { vendor, env, spans } = await zipkin();
      vendor.mode = mode;
      const gateway = await GatewayUnderTest.start(cleanUp, { ...env, OTEL_EXPORTER_ZIPKIN_TIMEOUT: '300' });
      expect(await gateway.load(5)).toEqual(ok(5));
      await until('the warning', () => gateway.warnings.length === 1);
      vendor.requests.length = 0;
      vendor.mode = 'take';
      await until('10 spans', () => new Set(spans().map(({ id }) => id as string)).size === 10);
      expect(gateway.process.stdout).not.toContain(SECRET);
    },
  );

  it('that refuses for good (401) costs what it refused, and it is said how much', async () => {
    const { vendor, env } = await zipkin();
    vendor.mode = 401;
    const gateway = await GatewayUnderTest.start(cleanUp, env);
    await gateway.load(2);
    await until('the warning', () => gateway.warnings.length === 1);
    expect(gateway.warnings[0]).toMatchObject({
      reason: 'HTTP 401',
      destination: `zipkin (${vendor.url}/api/v2/spans)`,
    });
    expect(await gateway.stop()).toBe(0);
    const lost = gateway.process.log.find(({ msg }) => String(msg).startsWith('spans were not delivered'));
    expect(lost?.spans_dropped).toBe(4);
  });

  it('is left out, with the name of the variable, when its endpoint is no URL', async () => {
    const env = { OTEL_TRACES_EXPORTER: 'zipkin', OTEL_EXPORTER_ZIPKIN_ENDPOINT: SECRET };
    const gateway = await GatewayUnderTest.start(cleanUp, env);
    expect(gateway.process.stdout).toContain('OTEL_EXPORTER_ZIPKIN_ENDPOINT is not an http(s) URL');
    expect(gateway.process.stdout).not.toContain(SECRET);
  });
});

describe('the console', () => {
  it('shows a request as one tree, after its root has ended', async () => {
    const gateway = await GatewayUnderTest.start(cleanUp, { OTEL_TRACES_EXPORTER: 'console' });
    await fetch(`${gateway.url}/health/live`);
    const { traceId } = await gateway.call();
    await until('the tree', () => gateway.process.stdout.includes(`trace ${traceId}`));
    const [, tree] = gateway.process.stdout.split(`trace ${traceId}\n`);
    const ms = String.raw`\d+\.\d ms`;
    expect(tree).toMatch(
      new RegExp(
        String.raw`^  gateway: SERVER GET /api/activities/home  \+0\.0 ms  ${ms}  200\n` +
          String.raw`    CLIENT GET /activities/home  \+${ms}  ${ms}  200\n`,
      ),
    );
    expect(gateway.process.stdout.match(/^trace /gm)).toHaveLength(1);
  });
});
