import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type OtlpReceiver, startOtlpReceiver } from '@cruddur/telemetry/testing';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../tools/embedded-postgres.ts';
import { ServiceProcess } from './service-process.js';

export type ServiceName = 'gateway' | 'home-activities' | 'user-activities';
export type Answer = { status: number; headers: Headers; traceId: string; body: any };

/** The three built services on a real PostgreSQL, with a receiver that takes their spans. */
export class CruddurSystem {
  private readonly processes = new Map<ServiceName, ServiceProcess>();
  private readonly urls = new Map<ServiceName, string>();

  private constructor(
    readonly receiver: OtlpReceiver,
    readonly postgres: EmbeddedPostgres,
    private readonly folder: string,
    private readonly env: Record<string, string>,
  ) {}

  /** @param env on top of what every service gets */
  static async start(env: Record<string, string> = {}): Promise<CruddurSystem> {
    const folder = mkdtempSync(join(tmpdir(), 'cruddur-e2e-'));
    // PostgreSQL of a root user runs as somebody else, who has to get in.
    chmodSync(folder, 0o755);
    const [receiver, postgres] = await Promise.all([
      startOtlpReceiver(),
      startEmbeddedPostgres({ dataDir: join(folder, 'postgres') }),
    ]);
    const system = new CruddurSystem(receiver, postgres, folder, env);
    try {
      await system.startService('user-activities');
      await system.startService('home-activities');
      await system.startService('gateway');
    } catch (error) {
      await system.stop();
      throw error;
    }
    return system;
  }

  get names(): ServiceName[] {
    return [...this.processes.keys()];
  }

  process(name: ServiceName): ServiceProcess {
    return this.processes.get(name)!;
  }

  url(name: ServiceName): string {
    return this.urls.get(name)!;
  }

  /** Starts a service; one that ran before gets its port again. */
  async startService(name: ServiceName, extra: Record<string, string> = {}): Promise<void> {
    const known = this.urls.get(name);
    const process = new ServiceProcess(name, {
      env: {
        NODE_ENV: 'test',
        OTEL_TRACES_EXPORTER: 'otlp',
        OTEL_EXPORTER_OTLP_ENDPOINT: this.receiver.url,
        OTEL_BSP_SCHEDULE_DELAY: '50',
        USER_ACTIVITIES_URL: this.urls.get('user-activities') ?? '',
        HOME_ACTIVITIES_URL: this.urls.get('home-activities') ?? '',
        DATABASE_URL: await this.postgres.createDatabase('user_activities'),
        ...(known && { [`${name.toUpperCase().replace('-', '_')}_PORT`]: new URL(known).port }),
        ...this.env,
        ...extra,
      },
    });
    this.processes.set(name, process);
    this.urls.set(name, await process.listening());
  }

  async stop(): Promise<void> {
    for (const process of this.processes.values()) process.signal('SIGTERM');
    for (const process of this.processes.values()) await process.exited;
    await this.postgres.stop();
    await this.receiver.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** A request through the gateway; its trace id is the one that `traceresponse` quotes. */
  async call(path: string, init: RequestInit = {}): Promise<Answer> {
    const response = await fetch(this.url('gateway') + path, init);
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      traceId: response.headers.get('traceresponse')?.split('-')[1] ?? '',
      body: text === '' ? undefined : JSON.parse(text),
    };
  }

  post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    const json = { 'content-type': 'application/json', ...headers };
    return this.call(path, { method: 'POST', body: JSON.stringify(body), headers: json });
  }

  /** The log lines of a trace that a service has written. */
  logsOf(traceId: string, service: ServiceName): Record<string, unknown>[] {
    return this.process(service).log.filter((line) => line.trace_id === traceId);
  }
}
