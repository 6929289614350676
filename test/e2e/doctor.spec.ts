import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { createSocket } from 'node:dgram';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startEmbeddedPostgres } from '../../tools/embedded-postgres.ts';
import { findPostgres } from '../../tools/postgres-binaries.ts';
import { AWS_ENV } from '../support/aws-signature.js';
import { CloudWatchApi } from '../support/cloudwatch-api.js';
import { runDoctor } from '../support/doctor-run.js';
import { freePorts } from '../support/free-ports.js';
import { HONEYCOMB_KEY, HoneycombAuth } from '../support/honeycomb-auth.js';
import { ROLLBAR_TOKEN } from '../support/rollbar-api.js';
import { RunnerProcess } from '../support/runner-process.js';
import { until } from '../support/until.js';
import { VendorStandIn } from '../support/vendor-stand-in.js';
import { ZipkinApi } from '../support/zipkin-api.js';

const MINUTES = 60_000;

const honeycomb = new HoneycombAuth();
const zipkin = new ZipkinApi();
/** As Rollbar: an item without content is 400, a token that it does not know 401. */
const rollbar = new VendorStandIn(({ headers }) => ({
  status: headers['x-rollbar-access-token'] === ROLLBAR_TOKEN ? 400 : 401,
}));
const cloudWatch = new CloudWatchApi();
const xray = new VendorStandIn(() => ({}));
const vendors = [honeycomb, zipkin, rollbar, cloudWatch, xray];

let folder: string;
let ports: Record<string, string>;
/** A port that nobody listens on. */
let nobody: number;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cruddur-doctor-test-'));
  chmodSync(folder, 0o755);
  for (const vendor of vendors) await vendor.start();
  const [gateway, home, user, viewer, events, free] = (await freePorts(6)).map(String);
  nobody = Number(free);
  ports = {
    GATEWAY_PORT: gateway!,
    HOME_ACTIVITIES_PORT: home!,
    USER_ACTIVITIES_PORT: user!,
    VIEWER_PORT: viewer!,
    EVENTS_PORT: events!,
  };
});
afterAll(async () => {
  for (const vendor of vendors) await vendor.stop();
  rmSync(folder, { recursive: true, force: true });
});

const doctor = (env: Record<string, string> = {}, args: string[] = []) => runDoctor({ ...ports, ...env }, args);
/** The line of the report about something, with what to type next. */
const about = (stdout: string, subject: string) =>
  new RegExp(`^\\w+ +${subject} .*(\n {20,}.*)?$`, 'm').exec(stdout)?.[0] ?? `nothing about ${subject}:\n${stdout}`;

describe('npm run doctor, with npm start running', () => {
  let runner: RunnerProcess;
  beforeAll(async () => {
    const env = { OTEL_TRACES_EXPORTER: 'otlp,zipkin', OTEL_BSP_SCHEDULE_DELAY: '50', NODE_ENV: 'development' };
    runner = new RunnerProcess(folder, { ...env, ...ports, ...honeycomb.env, ...zipkin.env });
    await runner.says('Ctrl-C');
  }, 4 * MINUTES);
  afterAll(async () => {
    runner.signal('SIGTERM');
    await runner.exited;
    await (await startEmbeddedPostgres({ dataDir: join(folder, 'postgres') })).stop();
  }, MINUTES);

  const configured = () => ({ OTEL_TRACES_EXPORTER: 'otlp,zipkin', ...honeycomb.env, ...zipkin.env });

  it(
    'finds the trace at every destination, and shows where to look at it',
    async () => {
      const { status, stdout, stderr } = await doctor(configured());
      const viewer = `http://127.0.0.1:${ports.VIEWER_PORT}`;
      const id = /traceresponse (\w{32})$/m.exec(stdout)?.[1];
      for (const name of ['gateway', 'home-activities', 'user-activities']) {
        expect(about(stdout, name)).toMatch(/^ok .* is ready$/);
      }
      expect(about(stdout, 'preload')).toMatch(/^ok /);
      expect(about(stdout, 'trace viewer')).toMatch(`${viewer} has the trace: 8 spans of 3 services`);
      expect(about(stdout, 'Zipkin')).toMatch(`${zipkin.url}/api/v2/spans has the trace: 8 spans of 3 services`);
      expect(about(stdout, 'Honeycomb')).toMatch(/^ok .* an ingest key of team our-team, environment test/);
      expect(stdout).toContain(`http://localhost:${ports.VIEWER_PORT}/traces/${id}\n`);
      expect(stdout).toContain(`${zipkin.url}/zipkin/traces/${id}\n`);
      expect(stdout).toContain(
        `https://ui.honeycomb.io/our-team/environments/test/datasets/gateway/trace?trace_id=${id}&`,
      );
      expect(stdout).toMatch(/\nAll is well\.\n$/);
      expect(status).toBe(0);
      expect(stdout + stderr).not.toContain(HONEYCOMB_KEY);
      for (const vendor of [honeycomb, zipkin]) expect(vendor.violations).toEqual([]);
    },
    2 * MINUTES,
  );

  it(
    'has the same links in the log, on the line of the service in which the trace begins',
    async () => {
      const lines = () =>
        runner.stdout
          .split('\n')
          .filter((line) => line.includes('"request completed"'))
          .map((line) => JSON.parse(line) as { service: string; trace_id: string; trace_links?: string[] });
      let traceId = '';
      await until('a line with three links', async () => {
        const response = await fetch(`http://127.0.0.1:${ports.GATEWAY_PORT}/api/activities/home`);
        traceId = response.headers.get('traceresponse')!.split('-')[1]!;
        await response.arrayBuffer();
        return lines().some(({ trace_links: links }) => links?.length === 3);
      });
      await until('all lines', () => lines().filter(({ trace_id }) => trace_id === traceId).length === 3);
      const ofTrace = lines().filter(({ trace_id }) => trace_id === traceId);
      expect(ofTrace.filter(({ trace_links }) => trace_links).map(({ service }) => service)).toEqual(['gateway']);
      const links = ofTrace.find(({ service }) => service === 'gateway')!.trace_links!;
      expect(links[0]).toBe(`http://localhost:${ports.VIEWER_PORT}/traces/${traceId}`);
      expect(links.map((link) => new URL(link).host)).toContain('ui.honeycomb.io');
      expect(runner.stdout).not.toContain(HONEYCOMB_KEY);
    },
    MINUTES,
  );

  it(
    'says the same as JSON',
    async () => {
      const { status, stdout } = await doctor(configured(), ['--json']);
      const report = JSON.parse(stdout) as {
        ok: boolean;
        links: { name: string; url: string }[];
        findings: { state: string }[];
      };
      expect([status, report.ok]).toEqual([0, true]);
      expect(report.links.map(({ name }) => name)).toEqual(['trace viewer', 'Honeycomb', 'Zipkin']);
      for (const { url } of report.links) expect(URL.canParse(url)).toBe(true);
      expect(report.findings.map(({ state }) => state)).not.toContain('wrong');
    },
    2 * MINUTES,
  );

  it(
    'names the variable of each destination that is dead or refuses, and prints no key',
    async () => {
      const udp = createSocket('udp4');
      await new Promise<void>((resolve) => udp.bind(0, '127.0.0.1', resolve));
      const { port } = udp.address();
      await new Promise<void>((resolve) => udp.close(() => resolve()));
      const wrongKey = `hcxik_${'bad'.repeat(19)}1`;
      const wrongToken = 'f'.repeat(32);
      cloudWatch.groups.add('/cruddur/test');
      cloudWatch.deny();
      const { status, stdout, stderr } = await doctor({
        ...cloudWatch.env,
        OTEL_TRACES_EXPORTER: 'otlp,zipkin',
        OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${nobody}`,
        OTEL_EXPORTER_ZIPKIN_ENDPOINT: `http://127.0.0.1:${nobody}/api/v2/spans`,
        HONEYCOMB_API_ENDPOINT: honeycomb.url,
        HONEYCOMB_API_KEY: wrongKey,
        ROLLBAR_ENDPOINT: `${rollbar.url}/api/1/item/`,
        ROLLBAR_ACCESS_TOKEN: wrongToken,
        AWS_XRAY_DAEMON_ADDRESS: `127.0.0.1:${port}`,
      });
      expect(status).toBe(1);
      expect(about(stdout, 'OTLP')).toMatch(
        /^wrong .*\(ECONNREFUSED\).*OTEL_EXPORTER_OTLP_ENDPOINT says .*\n +next: \S/,
      );
      expect(about(stdout, 'Zipkin')).toMatch(
        /^wrong .*\(ECONNREFUSED\).*OTEL_EXPORTER_ZIPKIN_ENDPOINT says .*\n +next: /,
      );
      expect(about(stdout, 'Honeycomb')).toMatch(
        /^wrong .*does not know HONEYCOMB_API_KEY.*ingest key \(401\)\n +next: /,
      );
      expect(about(stdout, 'Rollbar')).toMatch(/^wrong .*refuses ROLLBAR_ACCESS_TOKEN \(401\).*\n +next: /);
      expect(about(stdout, 'X-Ray daemon')).toMatch(
        /^wrong .*\(ECONNREFUSED\).*AWS_XRAY_DAEMON_ADDRESS says\n +next: /,
      );
      expect(about(stdout, 'CloudWatch Logs')).toMatch(/^wrong .*AccessDenied.*CLOUDWATCH_LOG_GROUP.*\n +next: /);
      expect(stdout).toMatch(/\n6 things are wrong\.\n$/);
      for (const secret of [wrongKey, wrongToken, ...Object.values(AWS_ENV).filter((value) => value.length > 15)]) {
        expect(stdout + stderr).not.toContain(secret);
      }
    },
    2 * MINUTES,
  );

  it(
    'is content with vendors that answer as they should',
    async () => {
      const daemon = createSocket('udp4');
      await new Promise<void>((resolve) => daemon.bind(0, '127.0.0.1', resolve));
      const { status, stdout } = await doctor({
        ...cloudWatch.env,
        OTEL_TRACES_EXPORTER: 'otlp',
        ROLLBAR_ENDPOINT: `${rollbar.url}/api/1/item/`,
        ROLLBAR_ACCESS_TOKEN: ROLLBAR_TOKEN,
        AWS_XRAY_DAEMON_ADDRESS: `127.0.0.1:${daemon.address().port}`,
        AWS_XRAY_OTLP: 'true',
        AWS_ENDPOINT_URL_XRAY: xray.url,
      });
      await new Promise<void>((resolve) => daemon.close(() => resolve()));
      for (const subject of ['trace viewer', 'Rollbar', 'X-Ray daemon', 'X-Ray OTLP', 'CloudWatch Logs']) {
        expect(about(stdout, subject)).toMatch(/^ok /);
      }
      expect(stdout).toMatch(/#xray:traces\/1-\w{8}-\w{24}\n/);
      expect(cloudWatch.lines).toContainEqual(expect.objectContaining({ msg: 'npm run doctor' }));
      expect(cloudWatch.violations).toEqual([]);
      expect(status).toBe(0);
    },
    2 * MINUTES,
  );

  it(
    'says what is wrong with the settings, in the words of the services',
    async () => {
      const { status, stdout } = await doctor({ HONEYCOMB_API_KEY: '0'.repeat(32), OTEL_TRACES_EXPORTER: 'otlp' });
      expect(about(stdout, 'settings')).toMatch(
        /^wrong .*HONEYCOMB_API_KEY is a classic key.*\n +next: HONEYCOMB_DATASET=\S+ npm run doctor$/,
      );
      expect(about(stdout, 'trace viewer')).toMatch(/^ok /);
      expect([status, stdout.includes('0'.repeat(32))]).toEqual([1, false]);
    },
    2 * MINUTES,
  );
});

describe('npm run doctor, with nothing running', () => {
  /** Where these doctors may leave something behind. */
  let scratch: string;
  /** PostgreSQL's programs are kept for the next start, where the project is in a folder that only root can enter. */
  let programs: string[];
  beforeAll(() => {
    scratch = mkdtempSync(join(folder, 'tmp-'));
    chmodSync(scratch, 0o755);
    const found = findPostgres();
    programs = dirname(found) === tmpdir() ? [basename(found)] : [];
  });

  it(
    'starts the services for the check, and leaves nothing behind',
    async () => {
      const { status, stdout } = await doctor({ OTEL_TRACES_EXPORTER: 'otlp,console', TMPDIR: scratch });
      expect(about(stdout, 'services')).toMatch(/^ok .*started for this check/);
      expect(about(stdout, 'trace viewer')).toMatch('has the trace: 8 spans of 3 services');
      expect(about(stdout, 'console')).toMatch('print the trace as a tree');
      expect(stdout).toMatch(/\nAll is well\.\n$/);
      expect(status).toBe(0);
      expect(readdirSync(scratch)).toEqual(programs);
    },
    4 * MINUTES,
  );

  it(
    'leaves nothing behind either when it is interrupted',
    async () => {
      const env = { ...ports, OTEL_TRACES_EXPORTER: 'otlp', TMPDIR: scratch };
      const { status } = await runDoctor(env, [], 'Starting the services');
      expect(status).toBe(130);
      expect(readdirSync(scratch)).toEqual(programs);
    },
    4 * MINUTES,
  );

  it(
    'says that tracing is switched off, and how to switch it on, before it starts anything',
    async () => {
      const { status, stdout, stderr } = await doctor({ OTEL_SDK_DISABLED: 'true' });
      expect(about(stdout, 'settings')).toMatch(
        /OTEL_SDK_DISABLED=true .*\n +next: OTEL_SDK_DISABLED=false npm start$/,
      );
      expect([status, stderr]).toEqual([1, '']);
    },
    2 * MINUTES,
  );

  it(
    'names what NODE_OPTIONS loads before telemetry, and the port of the gateway when somebody else has it',
    async () => {
      const other = createServer((_request, response) => response.writeHead(404).end());
      await new Promise<void>((resolve) => other.listen(Number(ports.GATEWAY_PORT), '127.0.0.1', resolve));
      const { status, stdout } = await doctor({ NODE_OPTIONS: '--require=pg', OTEL_TRACES_EXPORTER: 'none' });
      await new Promise((resolve) => other.close(resolve));
      expect(about(stdout, 'preload')).toMatch(/^wrong .*pg loaded before telemetry.*NODE_OPTIONS/);
      expect(about(stdout, 'gateway')).toMatch(/^wrong .*taken by something else\n +next: GATEWAY_PORT=\d+ npm start$/);
      expect(about(stdout, 'settings')).toMatch(/^wrong .*OTEL_TRACES_EXPORTER=none/);
      expect(status).toBe(1);
    },
    2 * MINUTES,
  );
});
