import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type OtlpReceiver, startOtlpReceiver } from '@cruddur/telemetry/testing';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../tools/embedded-postgres.ts';

export type ServiceName = 'gateway' | 'home-activities' | 'user-activities';
export type LogLine = Record<string, unknown> & { msg?: string; trace_id?: string; span_id?: string };

const REPOSITORY = join(import.meta.dirname, '..', '..');
const READY_TIMEOUT_MS = 30_000;
const NODE = process.execPath;

/** A built service as a process of its own. */
export class ServiceProcess {
  readonly lines: LogLine[] = [];
  exit: Promise<number | NodeJS.Signals> | undefined;
  private child: ChildProcess | undefined;
  private partial = '';
  private errors = '';

  constructor(
    readonly name: ServiceName,
    readonly port: number,
    private readonly env: Record<string, string>,
  ) {}

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async start(extra: Record<string, string> = {}): Promise<void> {
    const entry = `dist/services/${this.name}/src`;
    const child = spawn(NODE, ['--import', `./${entry}/telemetry.js`, `${entry}/main.js`], {
      cwd: REPOSITORY,
      env: { PATH: process.env.PATH, ...this.env, ...extra },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child = child;
    this.exit = new Promise((resolve) => child.once('exit', (code, signal) => resolve(code ?? signal!)));
    child.stdout.setEncoding('utf8').on('data', (text: string) => this.read(text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (this.errors += text));
    await this.waitUntilReady();
  }

  kill(signal: NodeJS.Signals): void {
    this.child?.kill(signal);
  }

  /** Ends the process, and kills it when it does not end in time. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | NodeJS.Signals | undefined> {
    if (!this.child || this.child.exitCode !== null || this.child.signalCode !== null) return this.exit;
    this.child.kill(signal);
    const timer = setTimeout(() => this.child?.kill('SIGKILL'), 20_000);
    const result = await this.exit;
    clearTimeout(timer);
    return result;
  }

  private async waitUntilReady(): Promise<void> {
    const deadline = Date.now() + READY_TIMEOUT_MS;
    for (;;) {
      const ready = await fetch(`${this.url}/health/ready`).then(
        ({ ok }) => ok,
        () => false,
      );
      if (ready) return;
      if (this.child?.exitCode !== null || Date.now() > deadline) {
        throw new Error(`${this.name} did not become ready:\n${this.errors}\n${this.tail()}`);
      }
      await sleep(25);
    }
  }

  private tail(): string {
    return this.lines.slice(-20).map((line) => JSON.stringify(line)).join('\n'); // prettier-ignore
  }

  private read(text: string): void {
    const pieces = (this.partial + text).split('\n');
    this.partial = pieces.pop() ?? '';
    for (const piece of pieces) this.lines.push(JSON.parse(piece) as LogLine);
  }
}

/** The three services on a real PostgreSQL, with a receiver that takes their spans. */
export class CruddurSystem {
  private constructor(
    readonly receiver: OtlpReceiver,
    readonly postgres: EmbeddedPostgres,
    readonly services: Record<ServiceName, ServiceProcess>,
    private readonly folder: string,
  ) {}

  /** @param env on top of what every service gets; `{}` for none */
  static async start(env: Record<string, string> = {}): Promise<CruddurSystem> {
    const folder = mkdtempSync(join(tmpdir(), 'cruddur-e2e-'));
    chmodSync(folder, 0o755);
    const [receiver, postgres, ports] = await Promise.all([
      startOtlpReceiver(),
      startEmbeddedPostgres({ dataDir: join(folder, 'postgres') }),
      Promise.all([freePort(), freePort(), freePort()]),
    ]);
    const [gateway, home, user] = ports;
    const shared = {
      NODE_ENV: 'test',
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_BSP_SCHEDULE_DELAY: '50',
      GATEWAY_PORT: String(gateway),
      HOME_ACTIVITIES_PORT: String(home),
      USER_ACTIVITIES_PORT: String(user),
      HOME_ACTIVITIES_URL: `http://127.0.0.1:${home}`,
      USER_ACTIVITIES_URL: `http://127.0.0.1:${user}`,
      ...env,
    };
    const database = { DATABASE_URL: await postgres.createDatabase('user_activities') };
    const services = {
      gateway: new ServiceProcess('gateway', gateway, shared),
      'home-activities': new ServiceProcess('home-activities', home, shared),
      'user-activities': new ServiceProcess('user-activities', user, { ...shared, ...database }),
    };
    const system = new CruddurSystem(receiver, postgres, services, folder);
    try {
      await Promise.all(system.all.map((service) => service.start()));
    } catch (error) {
      await system.stop();
      throw error;
    }
    return system;
  }

  get all(): ServiceProcess[] {
    return Object.values(this.services);
  }

  get gateway(): ServiceProcess {
    return this.services.gateway;
  }

  async stop(): Promise<void> {
    await Promise.all(this.all.map((service) => service.stop()));
    await this.postgres.stop();
    await this.receiver.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** A request through the gateway; its trace id is the one that `traceresponse` quotes. */
  async call(
    path: string,
    init: RequestInit = {},
  ): Promise<{ status: number; headers: Headers; traceId: string; body: any }> {
    const response = await fetch(this.gateway.url + path, init);
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      traceId: response.headers.get('traceresponse')?.split('-')[1] ?? '',
      body: text === '' ? undefined : JSON.parse(text),
    };
  }

  post(path: string, body: unknown, headers: Record<string, string> = {}) {
    return this.call(path, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json', ...headers },
    });
  }

  /** Every log line of a trace, by service. */
  logsOf(traceId: string): Record<string, LogLine[]> {
    return Object.fromEntries(
      this.all.map(({ name, lines }) => [name, lines.filter((line) => line.trace_id === traceId)]),
    );
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as { port: number };
  await new Promise((done) => server.close(done));
  return port;
}
