import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const here = (file: string) => fileURLToPath(new URL(file, import.meta.url));

/** A Nest application as a process of its own, traced into the receiver at `otlpUrl`. */
export class TestApp {
  private constructor(
    private readonly child: ChildProcess,
    /** What it said when it was ready: the URL, for an HTTP application. */
    readonly url: string,
  ) {}

  static async start(
    service: string,
    file: string,
    otlpUrl: string,
    env: Record<string, string | undefined>,
    preloads: string[] = [],
  ): Promise<TestApp> {
    const child = fork(here(file), {
      execArgv: ['./typescript-hooks.mjs', ...preloads, './preload.ts'].flatMap((file) => ['--import', here(file)]),
      env: {
        ...process.env,
        NODE_OPTIONS: '',
        LOG_LEVEL: 'error',
        TEST_SERVICE: service,
        OTEL_EXPORTER_OTLP_ENDPOINT: otlpUrl,
        OTEL_BSP_SCHEDULE_DELAY: '50',
        OTEL_BSP_MAX_QUEUE_SIZE: '8192',
        ...env,
      },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    const failed = once(child, 'exit').then(([code]) => {
      throw new Error(`${service} exited with ${String(code)} before it was ready`);
    });
    const [message] = (await Promise.race([once(child, 'message'), failed])) as [string];
    return new TestApp(child, message);
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const exited = once(this.child, 'exit');
    this.child.kill('SIGTERM');
    const timer = setTimeout(() => this.child.kill('SIGKILL'), 10_000);
    await exited;
    clearTimeout(timer);
  }
}
