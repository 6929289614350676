import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { startEmbeddedPostgres } from '../../tools/embedded-postgres.ts';
import { freePort } from '../../test/brokers/broker.js';
import { startRabbitMq } from '../../test/brokers/rabbitmq.js';
import { ServiceProcess } from '../../test/support/service-process.js';

// How fast a full outbox drains, over TCP and RabbitMQ, with telemetry and without, as a ratio in one run. The modes
// take turns, so that whatever else the machine does falls on all of them. npm run build comes first.

type Transport = 'tcp' | 'rabbitmq';
type Mode = 'off' | 'on';
/** Events per second: out of the outbox, and on the timeline. */
type Rates = { relayed: number; processed: number };

const EVENTS = Number(process.env.BENCH_EVENTS) || 6_000;
const ROUNDS = Number(process.env.BENCH_ROUNDS) || 3;
const TRANSPORTS: Transport[] = ['tcp', 'rabbitmq'];
const MODES: Mode[] = ['off', 'on'];

const FILL = `
  INSERT INTO outbox (type, data, carrier)
  SELECT 'activity.created', json_build_object('uuid', gen_random_uuid(), 'user_uuid', gen_random_uuid(),
      'handle', 'bench', 'display_name', 'Bench', 'message', 'Message ' || n, 'created_at', '2020-01-01T00:00:00.000Z',
      'expires_at', '2999-01-01T00:00:00.000Z'),
    json_build_object('traceparent', '00-' || lpad(to_hex(n), 32, 'a') || '-00000000000000ab-01')
  FROM generate_series(1, ${EVENTS}) n`;

const sink = createServer((request, response) => {
  request.resume().once('end', () => response.end('{}'));
}).listen(0, '127.0.0.1');
await once(sink, 'listening');
const endpoint = `http://127.0.0.1:${(sink.address() as AddressInfo).port}`;
const folder = mkdtempSync(join(tmpdir(), 'cruddur-bench-'));
chmodSync(folder, 0o755);
const postgres = await startEmbeddedPostgres({ dataDir: join(folder, 'postgres') });
const broker = await startRabbitMq();

async function drain(transport: Transport, mode: Mode, run: number): Promise<Rates> {
  const users = await postgres.createDatabase(`users_${run}`);
  const home = await postgres.createDatabase(`home_${run}`);
  const eventsPort = await freePort();
  const env = {
    ...(mode === 'on'
      ? { OTEL_TRACES_EXPORTER: 'otlp', OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_BSP_MAX_QUEUE_SIZE: '8192' }
      : { OTEL_SDK_DISABLED: 'true' }),
    ...(transport === 'rabbitmq' && { EVENTS_URL: `amqp://127.0.0.1:${broker.port}` }),
    HOME_ACTIVITIES_EVENTS_URL: `tcp://127.0.0.1:${eventsPort}`,
    EVENTS_PORT: String(eventsPort),
  };
  const services: ServiceProcess[] = [];
  const start = async (name: string, extra: Record<string, string>) => {
    const service = new ServiceProcess(name, { env: { ...env, ...extra } });
    services.push(service);
    return service.listening();
  };
  const [source, target] = [new pg.Client(users), new pg.Client(home)];
  try {
    const url = await start('user-activities', { DATABASE_URL: users });
    await start('home-activities', { DATABASE_URL: home, USER_ACTIVITIES_URL: url });
    await Promise.all([source.connect(), target.connect()]);
    await source.query(FILL.replace(`${EVENTS}`, '1000')); // warms code and plans
    await drained(source, target);
    const started = performance.now();
    await source.query(FILL);
    const { relayedAt, processedAt } = await drained(source, target);
    const rate = (at: number) => EVENTS / ((at - started) / 1_000);
    return { relayed: rate(relayedAt), processed: rate(processedAt) };
  } finally {
    await Promise.all([source.end(), target.end()]);
    for (const service of services) service.signal('SIGTERM');
    for (const service of services) await service.exited;
  }
}

async function drained(source: pg.Client, target: pg.Client) {
  const { rows } = await source.query<{ n: number }>('SELECT count(*)::int AS n FROM outbox');
  const all = rows[0]!.n;
  let relayedAt = 0;
  for (;;) {
    if (relayedAt === 0) {
      const left = await source.query('SELECT 1 FROM outbox WHERE sent_at IS NULL AND dead_at IS NULL LIMIT 1');
      if (left.rowCount === 0) relayedAt = performance.now();
    }
    const inbox = await target.query<{ n: number }>('SELECT count(*)::int AS n FROM inbox');
    if (inbox.rows[0]!.n >= all) return { relayedAt: relayedAt || performance.now(), processedAt: performance.now() };
    await sleep(10);
  }
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

const results = TRANSPORTS.flatMap((transport) => MODES.map((mode) => ({ transport, mode, runs: [] as Rates[] })));
try {
  let run = 0;
  for (let round = 0; round < ROUNDS; round++) {
    for (const result of results) result.runs.push(await drain(result.transport, result.mode, run++));
  }
} finally {
  await broker.stop();
  await postgres.stop();
  sink.close();
  rmSync(folder, { recursive: true, force: true });
}

const report = TRANSPORTS.map((transport) => {
  const of = (mode: Mode) => {
    const { runs } = results.find((result) => result.transport === transport && result.mode === mode)!;
    return {
      relayed: Math.round(median(runs.map(({ relayed }) => relayed))),
      processed: Math.round(median(runs.map(({ processed }) => processed))),
    };
  };
  const [off, on] = [of('off'), of('on')];
  const ratio = (kind: keyof Rates) => Number((on[kind] / off[kind]).toFixed(3));
  return { transport, off, on, ratio: { relayed: ratio('relayed'), processed: ratio('processed') } };
});

mkdirSync('test-results', { recursive: true });
writeFileSync(
  'test-results/bench-outbox.json',
  `${JSON.stringify({ events: EVENTS, rounds: ROUNDS, report }, null, 2)}\n`,
);
console.log(`Events per second out of a full outbox, ${EVENTS} events, median of ${ROUNDS} rounds\n`);
console.log(`${''.padEnd(26)}${['telemetry off', 'on', 'on/off'].map((title) => title.padStart(15)).join('')}`);
for (const { transport, off, on, ratio } of report) {
  for (const kind of ['relayed', 'processed'] as const) {
    const cells = [off[kind], on[kind], ratio[kind]].map((value) => String(value).padStart(15));
    console.log(`${transport}, ${kind}`.padEnd(26) + cells.join(''));
  }
}
console.log('\nAlso in test-results/bench-outbox.json');
