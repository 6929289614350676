import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type OtlpReceiver, startOtlpReceiver } from '@cruddur/telemetry/testing';
import { startEmbeddedPostgres } from '../../tools/embedded-postgres.ts';
import { isAlive, RunnerProcess } from '../support/runner-process.js';

const HOME = '/api/activities/home';
const MINUTE = 60_000;

let folder: string;
let receiver: OtlpReceiver;
let runners: RunnerProcess[];
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cruddur-start-'));
  chmodSync(folder, 0o755);
});
beforeEach(async () => {
  receiver = await startOtlpReceiver();
  runners = [];
});
afterEach(async () => {
  for (const runner of runners) {
    runner.signal('SIGTERM');
    await runner.exited;
  }
  await receiver.close();
});
afterAll(async () => {
  // A runner that was killed leaves its database server to the next one; here there may be no next one.
  await (await startEmbeddedPostgres({ dataDir: join(folder, 'postgres') })).stop();
  rmSync(folder, { recursive: true, force: true });
});

function start(env: Record<string, string> = {}): RunnerProcess {
  const runner = new RunnerProcess(folder, { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, ...env });
  runners.push(runner);
  return runner;
}

async function running(env?: Record<string, string>): Promise<RunnerProcess> {
  const runner = start(env);
  await runner.says('Ctrl-C');
  return runner;
}

async function untilGone(pids: number[]): Promise<void> {
  while (pids.some(isAlive)) await sleep(20);
}

describe('npm start', () => {
  it(
    'serves the seeded feed at the address that it shows, and traces it through all services',
    async () => {
      const runner = await running();
      const tried = /curl (http:\S+)/.exec(runner.stderr)![1]!;
      const response = await fetch(tried);
      expect(response.status).toBe(200);
      expect(((await response.json()) as unknown[]).length).toBeGreaterThan(5);
      const traceId = response.headers.get('traceresponse')!.split('-')[1]!;
      await receiver.waitFor('the trace', () => receiver.trace(traceId).length === 7, 15_000);
      const services = new Set(receiver.trace(traceId).map(({ service }) => service));
      expect(services).toEqual(new Set(['gateway', 'home-activities', 'user-activities']));
      expect(runner.stderr).toMatch(new RegExp(`Traces +to ${receiver.url}`));
      // Log lines only: what the runner says itself is on stderr.
      for (const line of runner.stdout.trim().split('\n')) expect(JSON.parse(line)).toHaveProperty('service');
    },
    MINUTE,
  );

  it(
    'sends traces to its own viewer when nothing else is said',
    async () => {
      const runner = await running({ OTEL_EXPORTER_OTLP_ENDPOINT: '', OTEL_BSP_SCHEDULE_DELAY: '50' });
      const response = await fetch(runner.url('gateway') + HOME);
      const traceId = response.headers.get('traceresponse')!.split('-')[1]!;
      const trace = `${runner.url('trace-viewer')}/api/traces/${traceId}`;
      while ((await fetch(trace)).status !== 200) await sleep(100);
      expect(runner.stderr).toMatch(/Traces +to http:/);
    },
    MINUTE,
  );

  it.each(['SIGINT', 'SIGTERM'] as const)(
    'stops with %s and status 0, leaves nothing running, and loses no span',
    async (signal) => {
      const runner = await running({ OTEL_BSP_SCHEDULE_DELAY: '60000' });
      const pids = runner.children().map(({ pid }) => pid);
      expect(pids.length).toBeGreaterThanOrEqual(4);
      const response = await fetch(runner.url('gateway') + HOME);
      const traceId = response.headers.get('traceresponse')!.split('-')[1]!;
      runner.signal(signal);
      runner.signal(signal); // from the terminal and from npm
      expect(await runner.exited).toBe(0);
      expect(pids.filter(isAlive)).toEqual([]);
      expect(receiver.trace(traceId)).toHaveLength(7);
    },
    MINUTE,
  );

  it(
    'starts a service again that dies, and says so',
    async () => {
      const runner = await running();
      process.kill(runner.child('user-activities'), 'SIGKILL');
      await runner.says(/user-activities ended \(SIGKILL\); starting it again in [\d.]+ s/);
      await runner.says('user-activities is ready again');
      const search = `${runner.url('gateway')}/api/activities/search?term=bakery`;
      // The gateway's circuit may still be open.
      while ((await fetch(search)).status !== 200) await sleep(100);
    },
    MINUTE,
  );

  it(
    'leaves no service running when it is killed, and finds its data again the next time',
    async () => {
      const first = await running();
      const body = JSON.stringify({ message: 'written before', ttl: '1-day' });
      const headers = { 'content-type': 'application/json' };
      await fetch(`${first.url('gateway')}/api/activities`, { method: 'POST', headers, body });
      const services = first.children().filter(({ command }) => command.includes('dist/services'));
      first.signal('SIGKILL');
      await untilGone(services.map(({ pid }) => pid));
      const second = await running();
      const found = await fetch(`${second.url('gateway')}/api/activities/search?term=written`);
      expect(await found.json()).toMatchObject([{ message: 'written before' }]);
    },
    MINUTE,
  );
});

describe('what keeps it from starting', () => {
  it(
    'a taken port: named with its variable, before anything is started',
    async () => {
      const other = createServer();
      await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
      const { port } = other.address() as AddressInfo;
      const runner = start({ HOME_ACTIVITIES_PORT: String(port) });
      expect(await runner.exited).toBe(1);
      expect(runner.stderr).toBe(`Cannot start: port ${port} is taken; set HOME_ACTIVITIES_PORT to a free one\n`);
      other.close();
    },
    MINUTE,
  );

  it(
    'a configuration that a service refuses: its own words, no second try, nothing left running',
    async () => {
      const runner = start({ CRUDDUR_DEMO_USER: 'nobody' });
      await runner.says('CRUDDUR_DEMO_USER');
      const pids = runner.children().map(({ pid }) => pid);
      expect(await runner.exited).toBe(1);
      expect(runner.stderr).toMatch(/CRUDDUR_DEMO_USER: must be the uuid of a user\n[^]*gateway did not start/);
      expect(runner.stderr).not.toContain('again');
      await untilGone(pids);
    },
    MINUTE,
  );

  it(
    'a database server that does not answer: named without the password',
    async () => {
      const runner = start({ DATABASE_URL: 'postgres://me:hunter2@127.0.0.1:1/postgres' });
      expect(await runner.exited).toBe(1);
      expect(runner.stderr).toMatch(/^Cannot start: the database user_activities on 127\.0\.0\.1:1 \(DATABASE_URL\)/);
      expect(runner.stderr).not.toContain('hunter2');
    },
    MINUTE,
  );
});
