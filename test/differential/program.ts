import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const here = (file: string) => fileURLToPath(new URL(file, import.meta.url));

export type TracedBy = 'ours' | 'official';

/** The server or the client program as a process of its own, traced by one of the two into the receiver at `otlpUrl`. */
export class Program {
  /** Requests that the server has taken, by their traceparent. */
  private readonly requests = new Map<string, number>();

  private constructor(
    readonly tracedBy: TracedBy,
    private readonly child: ChildProcess,
    /** Where it listens, if it is the server. */
    readonly ports: Readonly<Record<string, number>>,
  ) {
    child.on('message', ({ taken }: { taken?: string }) => {
      if (taken !== undefined) this.requests.set(taken, (this.requests.get(taken) ?? 0) + 1);
    });
  }

  static async start(file: string, tracedBy: TracedBy, otlpUrl: string): Promise<Program> {
    const preloads = ['../transports/typescript-hooks.mjs', './preload.ts'].flatMap((name) => ['--import', here(name)]);
    const child = fork(here(file), {
      execArgv: preloads,
      env: {
        PATH: process.env.PATH,
        TRACED_BY: tracedBy,
        LOG_LEVEL: 'silent',
        OTEL_EXPORTER_OTLP_ENDPOINT: otlpUrl,
        OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
        OTEL_METRICS_EXPORTER: 'otlp',
        OTEL_LOGS_EXPORTER: 'none',
        OTEL_BSP_SCHEDULE_DELAY: '50',
      },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    child.setMaxListeners(0);
    const failed = once(child, 'exit').then(([code]) => {
      throw new Error(`${file} of ${tracedBy} exited with ${String(code)} before it was ready`);
    });
    const [{ ports }] = (await Promise.race([once(child, 'message'), failed])) as [{ ports: Record<string, number> }];
    return new Program(tracedBy, child, ports);
  }

  /** Sends a message and waits for the answer with the same `id`. */
  ask(message: { id: string } & Record<string, unknown>): Promise<any> {
    return new Promise((resolve, reject) => {
      const ended = () => reject(new Error(`${this.tracedBy} ended at ${message.id}`));
      const listen = (answer: { id: string }) => {
        if (answer.id !== message.id) return;
        this.child.off('message', listen).off('exit', ended);
        resolve(answer);
      };
      this.child.on('message', listen).once('exit', ended);
      this.child.send(message);
    });
  }

  /** Resolves when the server has taken so many requests with this traceparent, and forgets them. */
  async taken(traceparent: string, count: number): Promise<void> {
    while ((this.requests.get(traceparent) ?? 0) < count) await once(this.child, 'message');
    this.requests.delete(traceparent);
  }

  /** Lets it export what is left. @returns the names of the spans that nobody has ended */
  async stop(): Promise<string[]> {
    const { open } = await this.ask({ id: 'stop' });
    await this.kill();
    return open as string[];
  }

  async kill(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    this.child.kill('SIGKILL');
    await once(this.child, 'exit');
  }
}

/** Plays the first one alone, as a warm-up, and then a few at a time: all at once would stretch every timer. */
export async function playAll<T>(scenarios: readonly T[], play: (scenario: T) => Promise<void>): Promise<void> {
  const [first, ...rest] = scenarios;
  await play(first!);
  const worker = async () => {
    for (let next = rest.shift(); next !== undefined; next = rest.shift()) await play(next);
  };
  await Promise.all(Array.from({ length: 8 }, worker));
}
