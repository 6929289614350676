import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type OtlpReceiver, type ReceivedSpan, startOtlpReceiver } from '@cruddur/telemetry/testing';
import { AWS_ENV, checkSignature } from '../support/aws-signature.js';
import { Collector, collectorVersion, findCollector, validate } from '../support/collector.js';
import { CruddurSystem } from '../support/cruddur-system.js';
import { CleanUp, HOME, SECRET } from '../support/gateway-under-test.js';
import { logs, send, traceId, traces } from '../support/otlp-payload.js';
import { until } from '../support/until.js';
import { VendorStandIn } from '../support/vendor-stand-in.js';

const VENDORS = ['cloudwatch', 'honeycomb', 'jaeger', 'otlp', 'xray', 'zipkin'];
const HONEYCOMB_KEY = `hcxik_${'0'.repeat(58)}`;

const path = findCollector();

describe('the collector of these tests', () => {
  it('is there where OTELCOL says, or else nothing below is tested', () => {
    const notice = 'no collector: set OTELCOL, or run `npm run collector:build`; otel-collector/ is not tried out here';
    process.stderr.write(`${path === undefined ? notice : collectorVersion(path)}\n`);
  });
});

if (path !== undefined) {
  describe('validate', validation);
  describe('the services, a collector and every vendor', together);
  describe('a collector', alone);
  describe('a dead vendor', dead);
  describe('a tier in front', balanced);
}

function validation() {
  const subsets = VENDORS.reduce<string[][]>((sets, name) => [...sets, ...sets.map((set) => [...set, name])], [[]]);

  it('accepts every combination of vendors', async () => {
    expect(subsets).toHaveLength(2 ** VENDORS.length);
    const refused: string[] = [];
    const waiting = [...subsets];
    const worker = async () => {
      for (let set = waiting.pop(); set; set = waiting.pop()) {
        const { accepted, output } = await validate(['base', ...set], AWS_ENV);
        if (!accepted) refused.push(`${set.join(', ')}: ${output}`);
      }
    };
    await Promise.all([worker(), worker(), worker()]);
    expect(refused).toEqual([]);
  }, 180_000);

  it('refuses the files of AWS where there are no credentials', async () => {
    const { accepted, output } = await validate(['base', 'xray'], { AWS_EC2_METADATA_DISABLED: 'true' });
    expect([accepted, output]).toEqual([false, expect.stringContaining('could not retrieve credential provider')]);
  });

  it.each([
    ['in the opposite order', ['base', ...VENDORS.toReversed()], true],
    ['of the tier in front', ['load-balancer'], true],
    ['without base.yaml', ['jaeger'], false],
    ['with a mistake', ['base', 'yaml:exporters::otlp_http/x::endpiont: http://localhost'], false],
  ])('judges the files %s', async (_what, names, accepted) => {
    expect(await validate(names, AWS_ENV)).toMatchObject({ accepted });
  });
}

/** The span ids of a trace, in the order in which they can be compared. */
const idsAt = (receiver: OtlpReceiver, id: string) =>
  [...new Set(receiver.trace(id).map(({ spanId }) => spanId))].sort();

function together() {
  const cleanUp = new CleanUp();
  const requests: string[] = [];
  let honeycomb: OtlpReceiver;
  let jaeger: OtlpReceiver;
  let otlp: OtlpReceiver;
  let signed: OtlpReceiver;
  let system: CruddurSystem;
  const xray = new VendorStandIn((request) => {
    checkSignature(request, 'xray');
    expect(request.path).toBe('/v1/traces');
    const headers = { 'content-type': 'application/x-protobuf' };
    void fetch(`${signed.url}/v1/traces`, { method: 'POST', headers, body: new Uint8Array(request.body) });
  });
  const cloudWatch = new VendorStandIn((request) => {
    checkSignature(request, 'logs');
    expect(request.path).toBe('/v1/logs');
    expect(request.headers).toMatchObject({ 'x-aws-log-group': '/cruddur/test', 'x-aws-log-stream': 'collector' });
    expect(request.body.length).toBeLessThan(1_048_576);
  });
  const zipkin = new VendorStandIn(({ path, headers }) => {
    expect([path, headers['content-type']]).toEqual(['/api/v2/spans', 'application/json']);
    return { status: 202 };
  });

  beforeAll(async () => {
    [honeycomb, jaeger, otlp, signed] = await Promise.all([
      startOtlpReceiver(),
      startOtlpReceiver(),
      startOtlpReceiver(),
      startOtlpReceiver(),
    ]);
    for (const receiver of [honeycomb, jaeger, otlp, signed]) cleanUp.add({ stop: () => receiver.close() });
    for (const vendor of [xray, cloudWatch, zipkin]) cleanUp.add(await vendor.start());
    const collector = cleanUp.add(
      await Collector.start(['base', ...VENDORS], {
        ...AWS_ENV,
        AWS_ENDPOINT_URL_XRAY: xray.url,
        AWS_ENDPOINT_URL_CLOUDWATCH_LOGS: cloudWatch.url,
        COLLECTOR_LOG_GROUP: '/cruddur/test',
        COLLECTOR_HONEYCOMB_API_KEY: HONEYCOMB_KEY,
        HONEYCOMB_API_ENDPOINT: honeycomb.url,
        JAEGER_ENDPOINT: jaeger.url,
        COLLECTOR_OTLP_ENDPOINT: otlp.url,
        COLLECTOR_OTLP_HEADERS: '{x-tenant: demo}',
        OTEL_EXPORTER_ZIPKIN_ENDPOINT: `${zipkin.url}/api/v2/spans`,
      }),
    );
    system = cleanUp.add(
      await CruddurSystem.start({
        OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
        OTEL_LOGS_EXPORTER: 'otlp',
        OTEL_METRICS_EXPORTER: 'otlp',
        OTEL_METRIC_EXPORT_INTERVAL: '500',
        OTEL_METRIC_EXPORT_TIMEOUT: '500',
      }),
    );
    await fetch(`${system.url('gateway')}/health/ready`);
    const { status, traceId: id } = await system.call(`${HOME}?limit=3&token=${SECRET}`);
    expect(status).toBe(200);
    requests.push(id);
  }, 120_000);
  afterAll(() => cleanUp.run(), 60_000);

  const zipkinIds = (id: string) => {
    const spans = zipkin.requests.flatMap(
      ({ body }) => JSON.parse(body.toString()) as { traceId: string; id: string }[],
    );
    return [...new Set(spans.filter((span) => span.traceId === id).map((span) => span.id))].sort();
  };

  it('have the same spans of one trace, and the services send to the collector alone', async () => {
    const id = requests[0]!;
    const everywhere = () => [honeycomb, jaeger, otlp, signed].map((one) => idsAt(one, id)).concat([zipkinIds(id)]);
    await until('the trace', () => everywhere().every((ids) => ids.length === 8));
    const [first, ...others] = everywhere();
    for (const ids of others) expect(ids).toEqual(first);
    expect(new Set(honeycomb.trace(id).map(({ service }) => service))).toEqual(
      new Set(['gateway', 'home-activities', 'user-activities']),
    );
    expect(system.receiver.requests).toEqual([]);
    for (const vendor of [xray, cloudWatch, zipkin]) expect(vendor.violations).toEqual([]);
  }, 30_000);

  it('have the log lines where logs go, with the ids of the trace', async () => {
    const id = Buffer.from(requests[0]!, 'hex');
    const logsAt = [
      () => honeycomb.requests.filter((request) => request.path === '/v1/logs').map(({ body }) => body),
      () => otlp.requests.filter((request) => request.path === '/v1/logs').map(({ body }) => body),
      () => cloudWatch.requests.map(({ body }) => body),
    ];
    for (const bodies of logsAt) await until('the lines', () => bodies().some((body) => body.includes(id)));
    expect(jaeger.requests.filter((request) => request.path !== '/v1/traces')).toEqual([]);
  }, 30_000);

  it('give each vendor its own headers only', async () => {
    await until('metrics', () => honeycomb.requests.some((request) => request.path === '/v1/metrics'));
    for (const { path, headers } of honeycomb.requests) {
      expect(headers['x-honeycomb-team']).toBe(HONEYCOMB_KEY);
      expect(headers['x-honeycomb-dataset']).toBe(path === '/v1/metrics' ? 'metrics' : undefined);
      expect(headers).not.toHaveProperty('x-tenant');
    }
    expect(otlp.requests.length).toBeGreaterThan(0);
    for (const { headers } of otlp.requests) expect(headers['x-tenant']).toBe('demo');
    for (const { headers } of [...otlp.requests, ...jaeger.requests, ...zipkin.requests, ...xray.requests]) {
      expect(JSON.stringify(headers)).not.toContain('honeycomb');
    }
  });

  it('get no health check and no secret', () => {
    const everything = [honeycomb, jaeger, otlp, xray, zipkin, cloudWatch].flatMap(({ requests }) =>
      requests.map(({ body }) => body),
    );
    for (const word of [SECRET, '/health/']) {
      expect(everything.filter((body) => body.includes(word))).toEqual([]);
    }
  });
}

function alone() {
  const cleanUp = new CleanUp();
  afterEach(() => cleanUp.run());
  const receiverFor = async () => {
    const receiver = await startOtlpReceiver();
    cleanUp.add({ stop: () => receiver.close() });
    return receiver;
  };

  it('redacts what a careless program sends', async () => {
    const receiver = await receiverFor();
    const { url } = cleanUp.add(await Collector.start(['base', 'otlp'], { COLLECTOR_OTLP_ENDPOINT: receiver.url }));
    const jwt = `eyJhbGciOiJub25l.${Buffer.from(SECRET).toString('base64url')}.c2lnbmF0dXJl`;
    const id = traceId(1);
    await send(
      url,
      'traces',
      traces(
        [
          {
            traceId: id,
            name: `GET /?access_token=${SECRET}`,
            error: `connect postgres://me:${SECRET}@db.example/app refused`,
            attributes: {
              'http.request.header.authorization': SECRET,
              'app.password': SECRET,
              'api-key': 1234567,
              'url.full': `https://api.example/?a=1&password=${SECRET}&b=2`,
              'app.note': `Authorization: Bearer ${SECRET}`,
              'app.session': jwt,
              'app.card': '4111 1111 1111 1111',
              'app.kept': 'the token bucket is a secretary, 6611f8664e2ff98a0f25944e84b5558b',
            },
            event: { 'exception.message': `bad signature=${SECRET}` },
          },
        ],
        { 'deployment.secret': SECRET },
      ),
    );
    await send(url, 'logs', logs([{ body: `password=${SECRET} for me`, attributes: { cookie: SECRET } }]));
    await until('both', () => receiver.trace(id).length === 1 && receiver.requests.length > 1);
    const [span] = receiver.trace(id);
    expect(span).toMatchObject({
      name: 'GET /?****',
      statusMessage: 'connect postgres****db.example/app refused',
      error: true,
      attributes: {
        'http.request.header.authorization': '****',
        'app.password': '****',
        'api-key': '****',
        'url.full': 'https://api.example/?a=1&****&b=2',
        'app.note': 'Authorization: ****',
        'app.session': '****',
        'app.card': '****',
        'app.kept': 'the token bucket is a secretary, 6611f8664e2ff98a0f25944e84b5558b',
      },
      events: [{ attributes: { 'exception.message': 'bad ****' } }],
    });
    expect(Object.keys(span!.attributes).filter((key) => key.startsWith('lent.'))).toEqual([]);
    for (const { body } of receiver.requests) {
      expect(body.includes(SECRET) || body.includes(jwt)).toBe(false);
    }
    expect(receiver.requests.some(({ body }) => body.includes('**** for me'))).toBe(true);
  }, 30_000);

  it('keeps every error and every slow trace, and a share of the rest that says what it stands for', async () => {
    const receiver = await receiverFor();
    const { url } = cleanUp.add(
      await Collector.start(['base', 'otlp'], { COLLECTOR_OTLP_ENDPOINT: receiver.url, COLLECTOR_KEEP_PERCENT: '25' }),
    );
    const kinds = [
      { name: 'ordinary', first: 1_000, count: 400 },
      { name: 'failed', first: 2_000, count: 20, error: 'no' },
      { name: 'slow', first: 3_000, count: 20, durationMs: 1_500 },
      // Kept by chance, one in ten, before they came here.
      { name: 'sampled before', first: 4_000, count: 200, attributes: { SampleRate: 10 } },
    ];
    const all = kinds.flatMap(({ first, count, ...kind }) =>
      Array.from({ length: count }, (_, n) => [
        { ...kind, traceId: traceId(first + n), spanId: '00000000000000aa' },
        { name: 'child', traceId: traceId(first + n), spanId: '00000000000000bb', parentSpanId: '00000000000000aa',
          attributes: kind.attributes }, // prettier-ignore
      ]),
    );
    await send(url, 'traces', traces(all.flat()));
    // Failed traces are decided in the same moment as the others that came with them.
    const of = (name: string) => receiver.spans.filter((span) => span.name === name);
    await until('the errors', () => of('failed').length === 20 && of('slow').length === 20);
    await until('the rest', () => of('ordinary').length > 0 && of('sampled before').length > 0);
    const rates = (spans: ReceivedSpan[]) => [...new Set(spans.map(({ attributes }) => attributes.SampleRate))];
    expect(rates([...of('failed'), ...of('slow')])).toEqual([undefined]);
    expect(rates(of('ordinary'))).toEqual([4]);
    expect(rates(of('sampled before'))).toEqual([40]);
    // Which ones are kept depends on their ids, and those are the same each time.
    const estimate = of('ordinary').length * 4;
    expect(Math.abs(estimate - 400)).toBeLessThan(100);
    // Whole traces, children included, with the same rate.
    for (const { traceId: id, attributes } of receiver.spans) {
      expect(receiver.trace(id).map((span) => span.attributes.SampleRate)).toEqual([
        attributes.SampleRate,
        attributes.SampleRate,
      ]);
    }

    const [kept] = of('ordinary');
    const left = kinds[0]!;
    const dropped = Array.from({ length: left.count }, (_, n) => traceId(left.first + n)).find(
      (id) => receiver.trace(id).length === 0,
    )!;
    const late = (id: string) => ({ name: 'late', traceId: id, spanId: '00000000000000cc' });
    // The dropped one first: had it been sent on, it would be there before the other.
    await send(url, 'traces', traces([late(dropped)]));
    await send(url, 'traces', traces([late(kept!.traceId)]));
    await until('the late span', () => of('late').length > 0);
    expect(of('late').map((span) => [span.traceId, span.attributes.SampleRate])).toEqual([[kept!.traceId, 4]]);
  }, 40_000);
}

function dead() {
  const cleanUp = new CleanUp();
  afterEach(() => cleanUp.run());
  const TRACES = 50;

  it.each(['hang', 503, 'reset'] as const)(
    'that answers with %s costs nothing, though the collector is killed, and holds up no other',
    async (mode) => {
      const [vendor, other] = await Promise.all([startOtlpReceiver(), startOtlpReceiver()]);
      for (const receiver of [vendor, other]) cleanUp.add({ stop: () => receiver.close() });
      vendor.mode = mode;
      const collector = cleanUp.add(
        await Collector.start(['base', 'otlp', 'jaeger'], {
          COLLECTOR_OTLP_ENDPOINT: vendor.url,
          JAEGER_ENDPOINT: other.url,
        }),
      );
      const ids = Array.from({ length: TRACES }, (_, n) => traceId(n));
      for (const id of ids) {
        await send(collector.url, 'traces', traces([{ traceId: id }]));
        await send(collector.url, 'logs', logs([{ body: `line ${id}` }]));
      }
      await until('the other vendor', () => ids.every((id) => other.trace(id).length > 0));
      await collector.crash();
      expect(vendor.requests).toEqual([]);
      vendor.mode = 'take';
      await collector.start();
      await until('the spans', () => ids.every((id) => vendor.trace(id).length > 0), 60_000);
      const lines = () => vendor.requests.filter((request) => request.path === '/v1/logs').map(({ body }) => body);
      await until('the lines', () => ids.every((id) => lines().some((body) => body.includes(`line ${id}`))), 60_000);
    },
    120_000,
  );
}

function balanced() {
  const cleanUp = new CleanUp();
  let receivers: OtlpReceiver[];
  let behind: Collector[];
  let front: Collector;
  const ids = Array.from({ length: 40 }, (_, n) => traceId(n));

  beforeAll(async () => {
    receivers = await Promise.all([startOtlpReceiver(), startOtlpReceiver()]);
    behind = [];
    for (const receiver of receivers) {
      cleanUp.add({ stop: () => receiver.close() });
      // They keep failed traces only.
      const env = { COLLECTOR_OTLP_ENDPOINT: receiver.url, COLLECTOR_KEEP_PERCENT: '0' };
      behind.push(cleanUp.add(await Collector.start(['base', 'otlp'], env)));
    }
    // Addresses instead of DNS, which knows no ports.
    const hostnames = behind.map(({ address }) => address).join(', ');
    const resolver = `yaml:exporters::load_balancing::resolver: {dns: null, static: {hostnames: [${hostnames}]}}`;
    front = cleanUp.add(await Collector.start(['load-balancer', resolver]));
  }, 60_000);
  afterAll(() => cleanUp.run(), 60_000);

  /** Whether every trace has all of `count` spans at one of the receivers, and none at the other. */
  const whole = (of: string[], count: number) =>
    of.every((id) => receivers.map((receiver) => idsAt(receiver, id).length).sort().join() === `0,${count}`); // prettier-ignore

  it('keeps the spans of a trace together, and uses every collector behind it', async () => {
    // They come one by one. Only the last of a trace failed, so whoever has not got that one keeps nothing.
    const parts = [{ spanId: 'aa'.repeat(8) }, { spanId: 'bb'.repeat(8) }, { spanId: 'cc'.repeat(8), error: 'no' }];
    for (const part of parts) {
      await send(front.url, 'traces', traces(ids.map((id) => ({ traceId: id, ...part }))));
    }
    await until('every trace at one of them', () => whole(ids, 3));
    for (const receiver of receivers) expect(receiver.spans.length).toBeGreaterThan(0);
  }, 60_000);

  it('waits on disk for collectors that are away', async () => {
    for (const collector of behind) await collector.crash();
    const later = ids.map((_, n) => traceId(n + 1_000));
    await send(front.url, 'traces', traces(later.map((id) => ({ traceId: id, error: 'no' }))));
    await front.crash();
    for (const collector of behind) await collector.start();
    await front.start();
    await until('every trace at one of them', () => whole(later, 1), 60_000);
  }, 120_000);

  it('finds collectors by name', async () => {
    const port = behind[0]!.address.split(':')[1]!;
    const overriding = `yaml:exporters::load_balancing::resolver::dns::port: "${port}"`;
    const other = cleanUp.add(
      await Collector.start(['load-balancer', overriding], { COLLECTOR_BACKENDS: '127.0.0.1' }),
    );
    const id = traceId(5_000);
    await send(other.url, 'traces', traces([{ traceId: id, error: 'no' }]));
    await until('the trace', () => receivers[0]!.trace(id).length === 1);
  }, 60_000);
}
