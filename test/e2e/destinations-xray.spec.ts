import { createSocket } from 'node:dgram';
import { afterEach, describe, expect, it } from '@jest/globals';
import { startOtlpReceiver } from '@cruddur/telemetry/testing';
import { AWS_ENV, checkSignature } from '../support/aws-signature.js';
import { CleanUp, GatewayUnderTest, HOME, SECRET, ok } from '../support/gateway-under-test.js';
import { json } from '../support/neighbour.js';
import { VendorStandIn, type VendorRequest, until } from '../support/vendor-stand-in.js';
import { XrayDaemon } from '../support/xray-daemon.js';

const cleanUp = new CleanUp();
afterEach(() => cleanUp.run());

const ONLY_ITS_OWN = { OTEL_TRACES_EXPORTER: '' };
const xrayId = (traceId: string) => `1-${traceId.slice(0, 8)}-${traceId.slice(8)}`;

describe('the X-Ray daemon', () => {
  it('gets a segment and its subsegment, with annotations, no health check and no secret', async () => {
    const daemon = cleanUp.add(await new XrayDaemon().start());
    const env = { ...ONLY_ITS_OWN, AWS_XRAY_DAEMON_ADDRESS: daemon.address };
    const gateway = await GatewayUnderTest.start(cleanUp, env);
    await fetch(`${gateway.url}/health/ready`);
    const { traceId } = await gateway.call();
    await until('2 documents', () => daemon.segments.length === 2);
    expect(daemon.violations).toEqual([]);
    const segment = daemon.segments.find(({ type }) => type === undefined);
    const subsegment = daemon.segments.find(({ type }) => type === 'subsegment');
    expect(segment).toMatchObject({
      trace_id: xrayId(traceId),
      name: 'gateway',
      user: expect.stringMatching(/^[0-9a-f-]{36}$/),
      http: { request: { method: 'GET', url: `${gateway.url}${HOME}` }, response: { status: 200 } },
      annotations: { http_route: HOME, user_id: segment?.user },
    });
    expect(segment?.metadata.default['url.query']).toBe('api_key=REDACTED');
    expect(subsegment).toMatchObject({
      trace_id: xrayId(traceId),
      parent_id: segment?.id,
      namespace: 'remote',
      name: '127.0.0.1',
      http: { request: { method: 'GET', traced: true }, response: { status: 200 } },
    });
    expect(JSON.stringify(daemon.segments)).not.toContain(SECRET);
  });

  it('learns who is to blame: fault, error and throttle, with the exception', async () => {
    const daemon = cleanUp.add(await new XrayDaemon().start());
    const env = { ...ONLY_ITS_OWN, AWS_XRAY_DAEMON_ADDRESS: `tcp:127.0.0.1:1 udp:${daemon.address}` };
    const gateway = await GatewayUnderTest.start(cleanUp, env, json(500, {}));
    expect((await gateway.call()).status).toBe(502);
    await gateway.call('/api/activities/nothing-like-a-uuid');
    await until('3 documents', () => daemon.segments.filter(({ type }) => type === undefined).length === 2);
    expect(daemon.violations).toEqual([]);
    const [failed, refused] = daemon.segments.filter(({ type }) => type === undefined);
    expect(failed).toMatchObject({ fault: true, cause: { exceptions: [{ stack: expect.anything() }] } });
    expect(failed?.cause.exceptions[0].stack[0]).toMatchObject({ line: expect.any(Number), label: expect.any(String) });
    expect(refused).toMatchObject({ error: true, http: { response: { status: 404 } } });
    expect(refused).not.toHaveProperty('fault');
    expect(daemon.segments.find(({ type }) => type === 'subsegment')).toMatchObject({ fault: true });
  });

  it('that is not there slows nothing, is named once, and gets the spans once it is', async () => {
    const socket = createSocket('udp4');
    await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
    const { port } = socket.address();
    await new Promise<void>((resolve) => socket.close(() => resolve()));
    const env = { ...ONLY_ITS_OWN, AWS_XRAY_DAEMON_ADDRESS: `127.0.0.1:${port}` };
    const gateway = await GatewayUnderTest.start(cleanUp, env);
    expect(await gateway.load(3)).toEqual(ok(3));
    await until('the warning', () => gateway.warnings.length === 1);
    const daemon = cleanUp.add(await new XrayDaemon().start(port));
    await until('6 documents', () => new Set(daemon.segments.map(({ id }) => id as string)).size === 6);
  });

  it('that has no usable address is left out, and it is said', async () => {
    const env = { ...ONLY_ITS_OWN, AWS_XRAY_DAEMON_ADDRESS: 'http://localhost:2000' };
    const gateway = await GatewayUnderTest.start(cleanUp, env);
    expect(gateway.process.stdout).toContain('AWS_XRAY_DAEMON_ADDRESS is neither');
  });
});

describe('X-Ray over OTLP', () => {
  async function xray() {
    const otlp = await startOtlpReceiver();
    cleanUp.add({ stop: () => otlp.close() });
    const check = (request: VendorRequest) => {
      checkSignature(request, 'xray');
      expect([request.method, request.path]).toEqual(['POST', '/v1/traces']);
      expect(request.headers).toMatchObject({ 'content-type': 'application/x-protobuf', 'content-encoding': 'gzip' });
      // The receiver decodes it.
      void fetch(`${otlp.url}/v1/traces`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-protobuf' },
        body: new Uint8Array(request.body),
      });
    };
    const vendor = cleanUp.add(await new VendorStandIn(check).start());
    const env = { ...ONLY_ITS_OWN, ...AWS_ENV, AWS_XRAY_OTLP: 'true', AWS_ENDPOINT_URL_XRAY: vendor.url };
    return { vendor, env, spans: otlp.spans };
  }

  it('is signed so that AWS would take it, and carries the whole trace and no secret', async () => {
    const { vendor, env, spans } = await xray();
    const gateway = await GatewayUnderTest.start(cleanUp, env);
    await fetch(`${gateway.url}/health/live`);
    const { traceId } = await gateway.call();
    await until('2 spans', () => spans.length === 2);
    expect(vendor.violations).toEqual([]);
    expect(new Set(spans.map((span) => span.traceId))).toEqual(new Set([traceId]));
    const everything = vendor.requests.map(({ body, headers }) => body.toString('latin1') + JSON.stringify(headers));
    expect(everything.join()).not.toContain(SECRET);
    expect(everything.join()).not.toContain(AWS_ENV.AWS_SECRET_ACCESS_KEY);
  });

  it.each([429, 503, 'hang', 'reset', 'slow'] as const)(
    'that misbehaves (%s) slows nothing and gets all later',
    async (mode) => {
      const { vendor, env, spans } = await xray();
      vendor.mode = mode;
      const gateway = await GatewayUnderTest.start(cleanUp, { ...env, OTEL_BSP_EXPORT_TIMEOUT: '400' });
      expect(await gateway.load(3)).toEqual(ok(3));
      await until('the warning', () => gateway.warnings.length === 1);
      vendor.mode = 'take';
      await until('6 spans', () => new Set(spans.map(({ spanId }) => spanId)).size === 6);
      expect(gateway.process.stdout).not.toContain(AWS_ENV.AWS_SECRET_ACCESS_KEY);
    },
  );

  it('refuses other credentials, which is said, with nothing of them', async () => {
    const { vendor, env } = await xray();
    const gateway = await GatewayUnderTest.start(cleanUp, { ...env, AWS_SECRET_ACCESS_KEY: SECRET });
    await gateway.load(1);
    await until('the warning', () => gateway.warnings.length === 1);
    expect(vendor.violations).toContain('SignatureDoesNotMatch');
    expect(gateway.process.stdout).not.toContain(SECRET);
  });

  it('is left out without a region, and it is said', async () => {
    const gateway = await GatewayUnderTest.start(cleanUp, { ...ONLY_ITS_OWN, AWS_XRAY_OTLP: 'true' });
    expect(gateway.process.stdout).toContain('AWS_XRAY_OTLP needs AWS_REGION');
  });
});

describe('X-Amzn-Trace-Id', () => {
  const header = (sampled: number) =>
    `Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=${sampled}`;
  const claimed = { traceId: '5759e988bd862e3fe1be46a994272793', spanId: '53995c3f42cd8ad8' };

  async function gateway(env: Record<string, string>) {
    const backend = await startOtlpReceiver();
    cleanUp.add({ stop: () => backend.close() });
    const otlp = { OTEL_TRACES_EXPORTER: 'otlp', OTEL_EXPORTER_OTLP_ENDPOINT: backend.url };
    return { backend, gateway: await GatewayUnderTest.start(cleanUp, { ...otlp, ...env }) };
  }
  const ask = async (url: string, headers: Record<string, string>) =>
    (await fetch(url + HOME, { headers })).headers.get('traceresponse')?.split('-')[1];

  it('goes out beside traceparent, with the same ids; at the edge the claimed one becomes a link', async () => {
    const { backend, gateway: under } = await gateway({ OTEL_PROPAGATORS: 'tracecontext,baggage,xray' });
    const traceId = await ask(under.url, { 'x-amzn-trace-id': header(0) });
    expect(traceId).not.toBe(claimed.traceId);
    await backend.waitFor('2 spans', () => backend.spans.length === 2);
    expect(backend.spans.find(({ kind }) => kind === 'SERVER')).toMatchObject({
      parentSpanId: undefined,
      links: [claimed],
    });
    const [sent] = under.home.received;
    const [, , spanId] = String(sent?.headers.traceparent).split('-');
    expect(sent?.headers['x-amzn-trace-id']).toBe(`Root=${xrayId(traceId!)};Parent=${spanId};Sampled=1`);
    expect(sent?.headers.baggage).toContain('user.id=');
  });

  it('is continued where callers are trusted, and loses to a traceparent', async () => {
    const env = { OTEL_PROPAGATORS: 'tracecontext,xray', TELEMETRY_TRUST_INBOUND: 'true' };
    const { backend, gateway: under } = await gateway(env);
    expect(await ask(under.url, { 'x-amzn-trace-id': header(1) })).toBe(claimed.traceId);
    await backend.waitFor('2 spans', () => backend.spans.length === 2);
    expect(backend.spans.find(({ kind }) => kind === 'SERVER')?.parentSpanId).toBe(claimed.spanId);
    const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
    expect(await ask(under.url, { 'x-amzn-trace-id': header(1), traceparent })).toBe('a'.repeat(32));
  });

  it('is neither read nor written unless asked for', async () => {
    const { gateway: under } = await gateway({ TELEMETRY_TRUST_INBOUND: 'true' });
    expect(await ask(under.url, { 'x-amzn-trace-id': header(1) })).not.toBe(claimed.traceId);
    expect(under.home.received[0]?.headers).not.toHaveProperty('x-amzn-trace-id');
  });
});
