import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePorts } from './free-ports.js';
import { until } from './until.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const FOLDER = join(ROOT, 'otel-collector');
const NAME = 'otelcol-contrib';
/** Without it no span tells by which policy it was kept, and none gets a SampleRate. */
const GATES = '--feature-gates=processor.tailsamplingprocessor.recordpolicy';

/** The collector that OTELCOL names, else the one on PATH, else the one that `npm run collector:build` has built. */
export function findCollector(env: NodeJS.ProcessEnv = process.env): string | undefined {
  if (env.OTELCOL) return env.OTELCOL;
  const folders = [...(env.PATH ?? '').split(':'), join(ROOT, '.data/otelcol')];
  return folders.map((folder) => join(folder, NAME)).find((path) => existsSync(path));
}

const configs = (names: string[]) =>
  names.map((name) => `--config=${name.includes(':') ? name : `${join(FOLDER, name)}.yaml`}`);

export interface Verdict {
  accepted: boolean;
  output: string;
}

/** What the collector's own `validate` says of these files. */
export async function validate(names: string[], env: Record<string, string>): Promise<Verdict> {
  const child = spawn(findCollector()!, ['validate', GATES, ...configs(names)], { env });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { accepted: code === 0, output };
}

/** A real collector with files of otel-collector/, on ports of its own. What it has queued outlives `crash`. */
export class Collector {
  output = '';
  private child: ChildProcess | undefined;

  private constructor(
    private readonly names: string[],
    private readonly env: Record<string, string>,
    private readonly ports: { http: number; grpc: number; health: number; metrics: number },
    private readonly folder: string,
  ) {}

  /**
   * @param names files of otel-collector/ without `.yaml`, or other sources of configuration such as `yaml:a::b: c`
   * @param env on top of what a test needs
   */
  static async start(names: string[], env: Record<string, string> = {}): Promise<Collector> {
    const [http, grpc, health, metrics] = (await freePorts(4)) as [number, number, number, number];
    const folder = mkdtempSync(join(tmpdir(), 'cruddur-collector-'));
    const collector = new Collector(names, env, { http, grpc, health, metrics }, folder);
    await collector.start();
    return collector;
  }

  /** For OTLP/HTTP. */
  get url(): string {
    return `http://127.0.0.1:${this.ports.http}`;
  }

  /** For OTLP over gRPC. */
  get address(): string {
    return `127.0.0.1:${this.ports.grpc}`;
  }

  async start(): Promise<void> {
    const child = spawn(findCollector()!, [GATES, ...configs(this.names)], {
      env: {
        COLLECTOR_HOST: '127.0.0.1',
        COLLECTOR_HTTP_PORT: String(this.ports.http),
        COLLECTOR_GRPC_PORT: String(this.ports.grpc),
        COLLECTOR_HEALTH_PORT: String(this.ports.health),
        COLLECTOR_METRICS_PORT: String(this.ports.metrics),
        COLLECTOR_DATA_DIR: this.folder,
        COLLECTOR_DECISION_WAIT: '1s',
        ...this.env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
    }
    await until('the collector', async () => {
      if (child.exitCode !== null) throw new Error(`the collector ended with ${child.exitCode}:\n${this.output}`);
      const answer = await fetch(`http://127.0.0.1:${this.ports.health}/`).catch(() => undefined);
      return answer?.ok ?? false;
    });
  }

  /** The sum of one of its own metrics over the series whose labels hold `part`. */
  async metric(name: string, part = ''): Promise<number> {
    const text = await (await fetch(`http://127.0.0.1:${this.ports.metrics}/metrics`)).text();
    const lines = text.split('\n').filter((line) => line.startsWith(name) && line.includes(part));
    return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
  }

  /** As a power failure would end it. */
  async crash(): Promise<void> {
    await this.end('SIGKILL');
  }

  async stop(): Promise<void> {
    await this.end('SIGTERM');
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    const child = this.child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill(signal);
    const timer = setTimeout(() => child.kill('SIGKILL'), 15_000);
    await exited;
    clearTimeout(timer);
  }
}

/** What it says it is, for a line in the test's output. */
export function collectorVersion(path: string): string {
  const { stdout, error } = spawnSync(path, ['--version'], { encoding: 'utf8' });
  if (error) throw new Error(`OTELCOL names ${path}, which does not run: ${error.message}`);
  return stdout.trim();
}
