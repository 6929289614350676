import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type OtlpReceiver, startOtlpReceiver } from '@cruddur/telemetry/testing';
import { CloudWatchApi } from '../support/cloudwatch-api.js';
import { CruddurSystem } from '../support/cruddur-system.js';
import { HOME } from '../support/gateway-under-test.js';
import { RollbarApi } from '../support/rollbar-api.js';
import { VendorStandIn, until } from '../support/vendor-stand-in.js';
import { XrayDaemon } from '../support/xray-daemon.js';
import { checkSignature } from '../support/aws-signature.js';

type ZipkinSpan = { traceId: string; id: string };

let system: CruddurSystem;
let honeycomb: OtlpReceiver;
let signed: OtlpReceiver;
let daemon: XrayDaemon;
const xray = new VendorStandIn((request) => {
  checkSignature(request, 'xray');
  const headers = { 'content-type': 'application/x-protobuf' };
  void fetch(`${signed.url}/v1/traces`, { method: 'POST', headers, body: new Uint8Array(request.body) });
});
const zipkin = new VendorStandIn(() => ({ status: 202 }));
const cloudWatch = new CloudWatchApi();
const rollbar = new RollbarApi();

beforeAll(async () => {
  [honeycomb, signed] = [await startOtlpReceiver(), await startOtlpReceiver()];
  daemon = await new XrayDaemon().start();
  for (const vendor of [xray, zipkin, cloudWatch, rollbar]) await vendor.start();
  system = await CruddurSystem.start({
    OTEL_TRACES_EXPORTER: 'otlp,zipkin,console',
    OTEL_EXPORTER_ZIPKIN_ENDPOINT: `${zipkin.url}/api/v2/spans`,
    OTEL_EXPORTER_ZIPKIN_TIMEOUT: '500',
    OTEL_EXPORTER_OTLP_TIMEOUT: '500',
    OTEL_BSP_EXPORT_TIMEOUT: '600',
    HONEYCOMB_API_KEY: `hcxik_${'0'.repeat(58)}`,
    HONEYCOMB_API_ENDPOINT: honeycomb.url,
    AWS_XRAY_DAEMON_ADDRESS: daemon.address,
    AWS_XRAY_OTLP: 'true',
    AWS_ENDPOINT_URL_XRAY: xray.url,
    TELEMETRY_TRACE_URL: 'http://127.0.0.1/trace/{trace_id}',
    ...cloudWatch.env,
    ...rollbar.env,
  });
}, 60_000);

afterAll(async () => {
  await system.stop();
  for (const one of [xray, zipkin, cloudWatch, rollbar, daemon]) await one.stop();
  await Promise.all([honeycomb.close(), signed.close()]);
}, 60_000);

const sorted = (ids: string[]) => [...new Set(ids)].sort();
const compact = (xrayId: string) => xrayId.replace(/^1-/, '').replace('-', '');

/** The span ids of a trace, as each destination of spans has them. */
const spanIds: Record<string, (traceId: string) => string[]> = {
  otlp: (traceId) => sorted(system.receiver.trace(traceId).map(({ spanId }) => spanId)),
  honeycomb: (traceId) => sorted(honeycomb.trace(traceId).map(({ spanId }) => spanId)),
  'x-ray': (traceId) => sorted(signed.trace(traceId).map(({ spanId }) => spanId)),
  daemon: (traceId) =>
    sorted(
      daemon.segments.filter(({ trace_id }) => compact(trace_id as string) === traceId).map(({ id }) => id as string),
    ),
  zipkin: (traceId) => {
    const spans = zipkin.requests.flatMap(({ body }) => JSON.parse(body.toString()) as ZipkinSpan[]);
    return sorted(spans.filter((span) => span.traceId === traceId).map(({ id }) => id));
  },
};
const linesOf = (traceId: string) => cloudWatch.lines.filter(({ trace_id }) => trace_id === traceId);
const completedIn = (traceId: string) =>
  sorted(linesOf(traceId).filter(({ msg }) => msg === 'request completed').map(({ service }) => service as string)); // prettier-ignore

/** Of the home timeline, in all three services. */
const SPANS_OF_HOME = 8;

async function complete(traceId: string, names = Object.keys(spanIds)): Promise<string[]> {
  const [first, ...others] = names as [string, ...string[]];
  await until(`the trace at ${names.join()}`, () => {
    const ids = spanIds[first]!(traceId);
    return ids.length === SPANS_OF_HOME && others.every((name) => spanIds[name]!(traceId).join() === ids.join());
  });
  return spanIds[first]!(traceId);
}

describe('all destinations at once', () => {
  it('have the same spans of one trace, and its lines', async () => {
    const { status, traceId } = await system.call(HOME);
    expect(status).toBe(200);
    const ids = await complete(traceId);
    await until('the lines', () => completedIn(traceId).length === 3);
    expect(completedIn(traceId)).toEqual(['gateway', 'home-activities', 'user-activities']);
    expect(cloudWatch.streams.size).toBe(3);
    const lineIds = linesOf(traceId).map(({ span_id }) => span_id as string);
    expect(ids).toEqual(expect.arrayContaining(lineIds));
    await until('the trees', () =>
      system.names.every((name) => system.process(name).stdout.includes(`trace ${traceId}`)),
    );
    for (const vendor of [xray, zipkin, cloudWatch, rollbar, daemon]) expect(vendor.violations).toEqual([]);
    expect(rollbar.items).toEqual([]);
  });

  it('name the same trace when something fails', async () => {
    const { status, traceId } = await system.call('/rollbar/test');
    expect(status).toBe(500);
    await until('the item', () => rollbar.items.some(({ custom }) => custom.trace_id === traceId));
    await until('the span', () => system.receiver.trace(traceId).length === 1);
    expect(system.receiver.trace(traceId)[0]?.attributes['rollbar.item.uuid']).toBe(rollbar.items[0]?.uuid);
  });

  const dead: [string, (mode: 'take' | 'hang') => void][] = [
    ['otlp', (mode) => (system.receiver.mode = mode)],
    ['honeycomb', (mode) => (honeycomb.mode = mode)],
    ['x-ray', (mode) => (xray.mode = mode)],
    ['zipkin', (mode) => (zipkin.mode = mode)],
    ['cloudwatch', (mode) => (cloudWatch.mode = mode)],
    ['rollbar', (mode) => (rollbar.mode = mode)],
  ];
  it.each(dead)('do without %s: the others are complete, and no request waits for it', async (name, set) => {
    set('hang');
    const answers = [await system.call(HOME), await system.call(HOME)];
    if (name === 'rollbar') answers.push(await system.call('/rollbar/test'));
    // Had a request waited, it would still be waiting.
    expect(answers.map(({ status }) => status).slice(0, 2)).toEqual([200, 200]);
    const others = Object.keys(spanIds).filter((other) => other !== name);
    await complete(answers[0]!.traceId, others);
    if (name !== 'cloudwatch') await until('the lines', () => completedIn(answers[0]!.traceId).length === 3);
    set('take');
  });
});
