import { randomBytes } from 'node:crypto';
import { BinaryWriter } from '@bufbuild/protobuf/wire';

/* Export requests of a believable system: three services, nine spans per trace, some thirty attributes. */

const string = (key, value) => ({ key, write: (w) => w.tag(1, 2).string(value) });
const integer = (key, value) => ({ key, write: (w) => w.tag(3, 0).int64(value) });

function attribute(w, field, { key, write }) {
  w.tag(field, 2).fork().tag(1, 2).string(key).tag(2, 2).fork();
  write(w);
  w.join().join();
}

const ROUTES = ['/api/activities/home', '/api/activities/@:handle', '/api/activities', '/api/messages', '/api/search'];
const USERS = 5000;
let seed = 1;
const random = () => (seed = (seed * 48271) % 2147483647) / 2147483647;
const pick = (list) => list[Math.floor(random() * list.length)];
/** Log-normal around `ms`, with the occasional outlier. */
const latency = (ms) => ms * Math.exp((random() + random() + random() - 1.5) * 1.2) * (random() < 0.01 ? 12 : 1) * 1e6;

function tree(startNs) {
  const traceId = randomBytes(16);
  const user = `user-${Math.floor(random() * USERS)}`;
  const route = pick(ROUTES);
  const failed = random() < 0.02;
  const spans = [];
  const add = (service, name, kind, parent, offset, duration, attributes, extra = {}) => {
    const span = { service, name, kind, parent, spanId: randomBytes(8), attributes, ...extra };
    span.start = (parent ? parent.start : startNs) + BigInt(Math.round(offset));
    span.end = span.start + BigInt(Math.round(duration));
    spans.push(span);
    return span;
  };
  const http = (status) => [
    string('http.request.method', 'GET'),
    string('http.route', route),
    string('url.path', route),
    string('url.scheme', 'http'),
    integer('http.response.status_code', status),
    string('user.id', user),
    string('network.protocol.version', '1.1'),
    string('user_agent.original', 'curl/7.88.1'),
  ];
  const client = (address, port) => [
    string('http.request.method', 'GET'),
    string('server.address', address),
    integer('server.port', port),
    string('url.full', `http://${address}:${port}${route}`),
    integer('http.response.status_code', failed ? 500 : 200),
    string('user.id', user),
  ];
  const sql = (table) => [
    string('db.system.name', 'postgresql'),
    string('db.namespace', 'cruddur'),
    string('db.operation.name', 'SELECT'),
    string('db.query.text', `SELECT * FROM ${table} WHERE handle = $1 ORDER BY created_at DESC LIMIT 20`),
    integer('db.response.returned_rows', Math.floor(random() * 20)),
  ];
  const total = latency(12);
  const status = failed ? 2 : 0;
  const root = add('gateway', `GET ${route}`, 2, null, 0, total, http(failed ? 500 : 200), { status });
  const call = add('gateway', 'GET', 3, root, total * 0.05, total * 0.9, client('home-activities', 4568), { status });
  const home = add('home-activities', `GET ${route}`, 2, call, total * 0.02, total * 0.8, http(failed ? 500 : 200), {
    status,
  });
  const load = add('home-activities', 'load home timeline', 1, home, total * 0.02, total * 0.7, [
    string('user.id', user),
  ]);
  add('home-activities', 'SELECT activities', 3, load, total * 0.01, total * 0.1, sql('activities'));
  const users = add('home-activities', 'GET', 3, load, total * 0.12, total * 0.5, client('user-activities', 4569));
  const event = failed ? { event: 'exception', status: 2 } : {};
  const inner = add(
    'user-activities',
    'GET /api/users/:handle',
    2,
    users,
    total * 0.01,
    total * 0.45,
    http(200),
    event,
  );
  add('user-activities', 'SELECT users', 3, inner, total * 0.01, total * 0.2, sql('users'));
  add('user-activities', 'SELECT follows', 3, inner, total * 0.22, total * 0.2, sql('follows'));
  for (const span of spans) span.traceId = traceId;
  return spans;
}

function writeSpan(w, span) {
  w.tag(2, 2).fork();
  w.tag(1, 2).bytes(span.traceId).tag(2, 2).bytes(span.spanId);
  if (span.parent) w.tag(4, 2).bytes(span.parent.spanId);
  w.tag(5, 2).string(span.name).tag(6, 0).int32(span.kind).tag(7, 1).fixed64(span.start).tag(8, 1).fixed64(span.end);
  for (const one of span.attributes) attribute(w, 9, one);
  if (span.event) {
    w.tag(11, 2).fork().tag(1, 1).fixed64(span.end).tag(2, 2).string(span.event);
    attribute(w, 3, string('exception.type', 'UpstreamError'));
    attribute(w, 3, string('exception.message', 'user-activities did not answer'));
    w.join();
  }
  if (span.status) w.tag(15, 2).fork().tag(3, 0).int32(span.status).join();
  w.tag(16, 5).fixed32(257).join();
}

const RESOURCES = ['gateway', 'home-activities', 'user-activities'].map((service, i) => [
  string('service.name', service),
  string('service.version', '0.1.0'),
  string('service.instance.id', `0af76519-16cd-43dd-8448-eb211c80319${i}`),
  string('deployment.environment.name', 'local'),
  string('host.name', 'laptop'),
  integer('process.pid', 4000 + i),
  string('process.runtime.name', 'nodejs'),
  string('process.runtime.version', '24.21.0'),
  string('telemetry.sdk.language', 'nodejs'),
  string('telemetry.sdk.name', 'opentelemetry'),
  string('telemetry.sdk.version', '3.0.0'),
]);

function encode(spans) {
  const w = new BinaryWriter();
  for (const [i, service] of ['gateway', 'home-activities', 'user-activities'].entries()) {
    const own = spans.filter((span) => span.service === service);
    w.tag(1, 2).fork().tag(1, 2).fork();
    for (const one of RESOURCES[i]) attribute(w, 1, one);
    w.join().tag(2, 2).fork().tag(1, 2).fork().tag(1, 2).string('cruddur').tag(2, 2).string('0.1.0').join();
    for (const span of own) writeSpan(w, span);
    w.join().join();
  }
  return w.finish();
}

/** One export request of about `count` spans, spread over `spreadMs` before `endMs`: {body, spans, traceIds}. */
export function batch(count, endMs = Date.now(), spreadMs = 1000) {
  const spans = [];
  const traceIds = [];
  while (spans.length < count) {
    const one = tree(BigInt(Math.round((endMs - random() * spreadMs) * 1000)) * 1000n);
    traceIds.push(one[0].traceId.toString('hex'));
    spans.push(...one);
  }
  return { body: encode(spans), spans: spans.length, traceIds };
}
