import { chmodSync, cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { connect } from 'amqplib';
import pg from 'pg';
import { deadLetterQueueOf } from '@cruddur/messaging';
import { HOME_ACTIVITIES_QUEUE } from '@cruddur/contracts';
import { migrate } from '@cruddur/postgres';
import { freePort } from '../brokers/broker.js';
import { startRabbitMq } from '../brokers/rabbitmq.js';
import { until } from '../support/until.js';
import { SupervisedPostgres, SupervisedRabbitMq, SupervisedService, type Victim } from './supervised.js';
import { Writers } from './writers.js';

export interface ChaosOptions {
  transport: 'tcp' | 'rabbitmq';
  /** Kills with SIGKILL, all victims together. */
  kills: number;
  onKill?: (done: number, victim: string) => void;
}

export interface ChaosReport {
  transport: string;
  kills: Record<string, number>;
  /** Exit statuses of the services that were restarted gracefully under load, with a migration in between. */
  rollingRestart: (number | string)[];
  acknowledged: number;
  onTimeline: number;
  lost: number;
  /** Rows that user-activities has and the timeline has not, acknowledged or not, or the other way round. */
  unequal: number;
  duplicatesAbsorbed: number;
  deadLettered: number;
  failedAttempts: number;
}

const WRITERS = 8;
const SETTLE_TIMEOUT_MS = 120_000;
/** Of this many kills one hits the broker, which takes longest to come back. */
const BROKER_EVERY = 8;

/** Kills everything at random under writes; a rolling restart and a migration in the middle. Everything is real. */
export async function runChaos({ transport, kills, onKill }: ChaosOptions): Promise<ChaosReport> {
  const folder = mkdtempSync(join(tmpdir(), 'cruddur-chaos-'));
  chmodSync(folder, 0o755);
  const stops: (() => Promise<void>)[] = [];
  try {
    const postgres = await SupervisedPostgres.start(join(folder, 'postgres'));
    stops.push(() => postgres.stop());
    const [users, home] = [await postgres.createDatabase('users'), await postgres.createDatabase('home')];
    const broker = transport === 'rabbitmq' ? await startRabbitMq() : undefined;
    const brokerUrl = broker && `amqp://127.0.0.1:${broker.port}`;
    const supervisedBroker = broker && new SupervisedRabbitMq(broker);
    if (supervisedBroker) stops.push(() => supervisedBroker.stop());

    const [userPort, homePort, eventsPort] = [await freePort(), await freePort(), await freePort()].map(String);
    const url = `http://127.0.0.1:${userPort}`;
    const common = { EVENTS_URL: brokerUrl ?? '' };
    const userActivities = new SupervisedService('user-activities', {
      ...common,
      DATABASE_URL: users,
      USER_ACTIVITIES_PORT: userPort!,
      HOME_ACTIVITIES_EVENTS_URL: `tcp://127.0.0.1:${eventsPort}`,
    });
    stops.push(() => userActivities.stop());
    await userActivities.up;
    const homeActivities = new SupervisedService('home-activities', {
      ...common,
      DATABASE_URL: home,
      HOME_ACTIVITIES_PORT: homePort!,
      EVENTS_PORT: eventsPort!,
      USER_ACTIVITIES_URL: url,
    });
    stops.push(() => homeActivities.stop());
    await homeActivities.up;

    const writers = new Writers(url, WRITERS);
    const often: Victim[] = [userActivities, homeActivities, postgres];
    const deck: Victim[] = [];
    const counts: Record<string, number> = {};
    const killSome = async (from: number, to: number) => {
      for (let n = from; n < to; n++) {
        if (deck.length === 0) deck.push(...shuffled(often));
        const isBrokersTurn = n % BROKER_EVERY === BROKER_EVERY - 1;
        const victim = supervisedBroker && isBrokersTurn ? supervisedBroker : deck.pop()!;
        await victim.up;
        await sleep(200 + Math.random() * 800);
        victim.kill();
        counts[victim.name] = (counts[victim.name] ?? 0) + 1;
        onKill?.(n + 1, victim.name);
      }
      for (const { up } of [...often, ...(supervisedBroker ? [supervisedBroker] : [])]) await up;
    };

    await killSome(0, Math.ceil(kills / 2));
    const rollingRestart = [await userActivities.restart()];
    await addMigration(folder, 'user-activities', users, 'outbox');
    await addMigration(folder, 'home-activities', home, 'timeline');
    rollingRestart.push(await homeActivities.restart());
    await killSome(Math.ceil(kills / 2), kills);
    await sleep(1_000);
    await writers.stop();

    const figures = await settle(users, home, writers);
    const deadInBroker = brokerUrl === undefined ? 0 : await countDeadLetters(brokerUrl);
    return {
      transport,
      kills: counts,
      rollingRestart,
      ...figures,
      deadLettered: figures.deadLettered + deadInBroker,
      failedAttempts: writers.failures,
    };
  } finally {
    for (const stop of stops.reverse()) await stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** So that chance leaves nobody out. */
function shuffled<T>(items: readonly T[]): T[] {
  return items
    .map((item) => [Math.random(), item] as const)
    .sort(([a], [b]) => a - b)
    .map(([, item]) => item);
}

/** What the next release might bring: applied while this one writes. */
async function addMigration(folder: string, service: string, databaseUrl: string, table: string): Promise<void> {
  const migrations = join(folder, service);
  const own = new URL(`../../services/${service}/src/migrations/`, import.meta.url);
  cpSync(fileURLToPath(own), migrations, { recursive: true });
  const sql = `ALTER TABLE ${table} ADD COLUMN note text; CREATE INDEX ${table}_note ON ${table} (note);`;
  writeFileSync(join(migrations, '9000_next_release.sql'), sql);
  await migrate(databaseUrl, new URL(`${pathToFileURL(migrations).href}/`));
}

async function settle(users: string, home: string, writers: Writers) {
  const [source, target] = [new pg.Client(users), new pg.Client(home)];
  await Promise.all([source.connect(), target.connect()]);
  const number = async (client: pg.Client, text: string) =>
    Number((await client.query<{ n: string }>(`SELECT (${text}) AS n`)).rows[0]!.n);
  const uuids = async (client: pg.Client, ...tables: string[]) => {
    const text = tables.map((table) => `SELECT uuid FROM ${table}`).join(' UNION ALL ');
    return (await client.query<{ uuid: string }>(text)).rows.map(({ uuid }) => uuid);
  };
  try {
    const unsent = 'SELECT count(*) FROM outbox WHERE sent_at IS NULL AND dead_at IS NULL';
    let shown = new Set<string>();
    const acknowledged = [...writers.activities, ...writers.replies];
    await until(
      'the outbox to drain',
      async () => {
        const sent = (await number(source, unsent)) === 0;
        shown = new Set(await uuids(target, 'timeline', 'timeline_replies'));
        return sent && acknowledged.every((uuid) => shown.has(uuid));
      },
      SETTLE_TIMEOUT_MS,
    ).catch(() => undefined);
    const written = new Set(await uuids(source, 'activities', 'replies'));
    return {
      acknowledged: acknowledged.length,
      onTimeline: acknowledged.filter((uuid) => shown.has(uuid)).length,
      lost: acknowledged.filter((uuid) => !shown.has(uuid)).length,
      unequal:
        [...written].filter((uuid) => !shown.has(uuid)).length + [...shown].filter((uuid) => !written.has(uuid)).length,
      duplicatesAbsorbed: await number(target, 'SELECT coalesce(sum(deliveries - 1), 0) FROM inbox'),
      deadLettered: await number(source, 'SELECT count(*) FROM outbox WHERE dead_at IS NOT NULL'),
    };
  } finally {
    await Promise.all([source.end(), target.end()]);
  }
}

async function countDeadLetters(url: string): Promise<number> {
  const connection = await connect(url);
  const channel = await connection.createChannel();
  const { messageCount } = await channel.checkQueue(deadLetterQueueOf(HOME_ACTIVITIES_QUEUE));
  await connection.close();
  return messageCount;
}
