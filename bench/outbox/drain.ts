import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import type { EmbeddedPostgres } from '../../tools/embedded-postgres.ts';
import { freePort } from '../../test/brokers/broker.js';
import { ServiceProcess } from '../../test/support/service-process.js';
import type { SpanSink } from '../span-sink.js';

export type Transport = 'tcp' | 'rabbitmq';
export type Mode = 'off' | 'on';

/** Events per second out of the outbox and onto the timeline; microseconds of processor time per event. */
export interface Measured {
  relayed: number;
  processed: number;
  relayCpu: number;
  consumerCpu: number;
}

export interface Surroundings {
  postgres: EmbeddedPostgres;
  sink: SpanSink;
  brokerUrl: string;
  events: number;
}

/** Until the compiler has dealt with the code of both modes, telemetry's above all: that costs a second of CPU, once. */
const WARM_UP = 10_000;
/** What an event makes: the send, the process, and the statement on the timeline. */
const SPANS_PER_EVENT = 3;
/** Without new spans for so long, in milliseconds, the services have exported what they had. */
const QUIET_MS = 600;
const REPORT_CPU = fileURLToPath(new URL('./report-cpu.mjs', import.meta.url));

/** Events as requests would have left them, each with a trace of its own. */
const fill = (count: number) => `
  INSERT INTO outbox (type, data, carrier)
  SELECT 'activity.created', json_build_object('uuid', gen_random_uuid(), 'user_uuid', gen_random_uuid(),
      'handle', 'bench', 'display_name', 'Bench', 'message', 'Message ' || n, 'created_at', '2020-01-01T00:00:00.000Z',
      'expires_at', '2999-01-01T00:00:00.000Z'),
    json_build_object('traceparent', '00-' || lpad(to_hex(n), 32, 'a') || '-00000000000000ab-01')
  FROM generate_series(1, ${count}) n`;

/**
 * Fills an outbox and lets the two services, fresh ones with fresh databases, empty it.
 *
 * @param run tells the databases of one drain from those of the others
 */
export async function drain(transport: Transport, mode: Mode, run: number, around: Surroundings): Promise<Measured> {
  const { postgres, sink, brokerUrl, events } = around;
  const users = await postgres.createDatabase(`users_${run}`);
  const home = await postgres.createDatabase(`home_${run}`);
  const eventsPort = await freePort();
  const env = {
    NODE_OPTIONS: [`--import=${REPORT_CPU}`, process.env.BENCH_NODE_OPTIONS].filter(Boolean).join(' '),
    ...(mode === 'on'
      ? {
          OTEL_TRACES_EXPORTER: 'otlp',
          OTEL_EXPORTER_OTLP_ENDPOINT: sink.url,
          // A span that is dropped costs less than one that is exported: there is room for all, and soon none is left.
          OTEL_BSP_MAX_QUEUE_SIZE: '100000',
          OTEL_BSP_SCHEDULE_DELAY: '200',
        }
      : { OTEL_SDK_DISABLED: 'true' }),
    ...(transport === 'rabbitmq' && { EVENTS_URL: brokerUrl }),
    HOME_ACTIVITIES_EVENTS_URL: `tcp://127.0.0.1:${eventsPort}`,
    EVENTS_PORT: String(eventsPort),
  };
  const services: ServiceProcess[] = [];
  const start = async (name: string, extra: Record<string, string>) => {
    const service = new ServiceProcess(name, { env: { ...env, ...extra } });
    services.push(service);
    return { service, url: await service.listening() };
  };
  const [source, target] = [new pg.Client(users), new pg.Client(home)];
  try {
    const { service: relay, url } = await start('user-activities', { DATABASE_URL: users });
    const { service: consumer } = await start('home-activities', { DATABASE_URL: home, USER_ACTIVITIES_URL: url });
    await Promise.all([source.connect(), target.connect()]);
    await source.query(fill(WARM_UP));
    await drained(source, target);
    await sink.quiet(mode === 'on' ? QUIET_MS : 0);
    const spansBefore = sink.spans;
    const cpuBefore = await Promise.all([usedCpu(relay), usedCpu(consumer)]);
    const started = performance.now();
    await source.query(fill(events));
    const { relayedAt, processedAt } = await drained(source, target);
    await sink.quiet(mode === 'on' ? QUIET_MS : 0);
    const cpuAfter = await Promise.all([usedCpu(relay), usedCpu(consumer)]);
    expectSpans(sink.spans - spansBefore, mode === 'on' ? SPANS_PER_EVENT * events : 0);
    const rate = (at: number) => events / ((at - started) / 1_000);
    const [relayCpu, consumerCpu] = cpuAfter.map((after, index) => (after - cpuBefore[index]!) / events);
    return { relayed: rate(relayedAt), processed: rate(processedAt), relayCpu: relayCpu!, consumerCpu: consumerCpu! };
  } finally {
    await Promise.all([source.end(), target.end()]);
    for (const service of services) service.signal('SIGTERM');
    for (const service of services) await service.exited;
  }
}

function expectSpans(exported: number, expected: number): void {
  if (exported !== expected) throw new Error(`${exported} of ${expected} spans were exported: the figures are wrong`);
}

/** Processor time of a service so far, as report-cpu.mjs reports it. */
async function usedCpu(service: ServiceProcess): Promise<number> {
  const seen = service.stderr.length;
  service.signal('SIGUSR2');
  for (;;) {
    const report = /^cpu (\d+)\n/m.exec(service.stderr.slice(seen));
    if (report) return Number(report[1]);
    await sleep(1);
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
    const missing = all - inbox.rows[0]!.n;
    if (missing <= 0) return { relayedAt: relayedAt || performance.now(), processedAt: performance.now() };
    // Counting takes PostgreSQL's time from what is measured: not often while there is a way to go.
    await sleep(Math.max(20, missing / 20));
  }
}
