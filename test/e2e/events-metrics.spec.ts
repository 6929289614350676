import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { CruddurSystem } from '../support/cruddur-system.js';
import { until } from '../support/until.js';

type Value = { stringValue?: string; boolValue?: boolean };
type Attribute = { key: string; value: Value };
type Point = { attributes: Attribute[]; asInt?: string | number; asDouble?: number };
type Metric = { name: string; unit: string; gauge?: { dataPoints: Point[] }; sum?: { dataPoints: Point[] } };
type Export = {
  resourceMetrics: { resource: { attributes: Attribute[] }; scopeMetrics: { metrics: Metric[] }[] }[];
};

let system: CruddurSystem;
beforeAll(async () => {
  system = await CruddurSystem.start({
    OTEL_METRICS_EXPORTER: 'otlp',
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    OTEL_METRIC_EXPORT_INTERVAL: '200',
    OTEL_METRIC_EXPORT_TIMEOUT: '150',
  });
}, 60_000);
afterAll(() => system.stop());

const is = (attributes: Attribute[], key: string, wanted: string | boolean) =>
  attributes.some(({ key: name, value }) => name === key && (value.stringValue ?? value.boolValue) === wanted);

/** What a service has exported last under this name; the sum of its points with these attributes. */
function latest(service: string, name: string, wanted: Record<string, string | boolean> = {}): number | undefined {
  for (const { path, body } of system.receiver.requests.toReversed()) {
    if (path !== '/v1/metrics') continue;
    for (const { resource, scopeMetrics } of (JSON.parse(body.toString()) as Export).resourceMetrics) {
      if (!is(resource.attributes, 'service.name', service)) continue;
      const metric = scopeMetrics.flatMap(({ metrics }) => metrics).find((candidate) => candidate.name === name);
      const points = (metric?.gauge ?? metric?.sum)?.dataPoints.filter(({ attributes }) =>
        Object.entries(wanted).every(([key, value]) => is(attributes, key, value)),
      );
      return points && points.reduce((sum, { asInt, asDouble }) => sum + Number(asInt ?? asDouble), 0);
    }
  }
  return undefined;
}

const outbox = () => ({
  unsent: latest('user-activities', 'cruddur.outbox.unsent'),
  retrying: latest('user-activities', 'cruddur.outbox.retrying'),
  dead: latest('user-activities', 'cruddur.outbox.dead'),
  sent: latest('user-activities', 'cruddur.outbox.sent'),
});
const processed = (duplicate: boolean) =>
  latest('home-activities', 'cruddur.inbox.processed', {
    'cruddur.event.type': 'activity.created',
    'cruddur.inbox.duplicate': duplicate,
  });
/** The gauges are measured every few seconds, hence the patience. */
const shows = (what: string, condition: () => boolean) => until(what, () => condition(), 20_000);
const showsOutbox = (wanted: ReturnType<typeof outbox>) =>
  shows(`the outbox ${JSON.stringify(wanted)}`, () => JSON.stringify(outbox()) === JSON.stringify(wanted));

async function post(message: string): Promise<string> {
  const { status, body } = await system.post('/api/activities', { message });
  expect(status).toBe(201);
  return body.uuid as string;
}

it('the metrics tell what waits, what was sent, what failed and what came twice', async () => {
  const uuids = [await post('One.'), await post('Two.'), await post('Three.')];
  await showsOutbox({ unsent: 0, retrying: 0, dead: 0, sent: 3 });
  await shows('3 new events', () => processed(false) === 3);

  await system.query('user-activities', `UPDATE outbox SET sent_at = NULL WHERE data->>'uuid' = ANY ($1)`, [
    uuids.slice(0, 2),
  ]);
  await showsOutbox({ unsent: 0, retrying: 0, dead: 0, sent: 5 });
  await shows('2 duplicates', () => processed(true) === 2);
  expect(processed(false)).toBe(3);

  await system.query('user-activities', `INSERT INTO outbox (type, data) VALUES ('activity.created', '{"uuid": 1}')`);
  await showsOutbox({ unsent: 0, retrying: 0, dead: 1, sent: 5 });
  expect(latest('user-activities', 'cruddur.outbox.retries')).toBe(1);

  await system.query('home-activities', 'ALTER TABLE timeline RENAME TO away');
  await post('On which the consumer fails.');
  await showsOutbox({ unsent: 1, retrying: 1, dead: 1, sent: 5 });
  expect(latest('user-activities', 'cruddur.outbox.retries')).toBeGreaterThan(1);
  await system.query('home-activities', 'ALTER TABLE away RENAME TO timeline');
  await showsOutbox({ unsent: 0, retrying: 0, dead: 1, sent: 6 });

  await system.process('home-activities').kill();
  await post('Into the dark.');
  await post('And another one.');
  await showsOutbox({ unsent: 2, retrying: 0, dead: 1, sent: 6 });
  await shows('the age of the oldest', () => latest('user-activities', 'cruddur.outbox.oldest')! > 1);
  await system.startService('home-activities');
  await showsOutbox({ unsent: 0, retrying: 0, dead: 1, sent: 8 });
  expect(latest('user-activities', 'cruddur.outbox.oldest')).toBe(0);
}, 120_000);
