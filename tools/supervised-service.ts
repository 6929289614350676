import { type ChildProcess, spawn } from 'node:child_process';
import { Agent, get } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { StartError } from './start-error.ts';

export interface SupervisedOptions {
  name: string;
  /** For Node. */
  args: string[];
  cwd: string;
  env: NodeJS.ProcessEnv;
  /** Answers 200 when the service can work. */
  readyUrl: string;
  /** Puts a line on the terminal. */
  say: (line: string) => void;
  backoff?: Backoff;
  /** How long it may take to stop. Milliseconds. */
  stopTimeoutMs: number;
}

/** Milliseconds. */
export interface Backoff {
  firstMs: number;
  maxMs: number;
  /** Who has been ready for so long begins with the first delay again. */
  steadyMs: number;
}

const DEFAULT_BACKOFF: Backoff = { firstMs: 500, maxMs: 30_000, steadyMs: 30_000 };
const READY_POLL_MS = 50;
const SLOW_START_MS = 30_000;

/** @param failures how many times in a row the service has ended before, 0 for the first time */
export function restartDelay(failures: number, { firstMs, maxMs }: Backoff): number {
  return Math.min(maxMs, firstMs * 2 ** failures);
}

/** One service as a child process that is started again when it dies. */
export class SupervisedService {
  private readonly options: SupervisedOptions;
  private readonly backoff: Backoff;
  private child: ChildProcess | undefined;
  private failures = 0;
  private readySince: number | undefined;
  private restart: NodeJS.Timeout | undefined;
  private stopping = false;

  constructor(options: SupervisedOptions) {
    this.options = options;
    this.backoff = options.backoff ?? DEFAULT_BACKOFF;
  }

  get pid(): number | undefined {
    return this.child?.pid;
  }

  /**
   * Settles when the service is ready.
   *
   * @throws StartError when it ends before: its configuration will not be better the next time
   */
  async start(): Promise<void> {
    const child = this.spawn();
    const ended = await this.untilReadyOrEnded(child);
    if (ended && !this.stopping) throw new StartError(`${this.options.name} did not start (${ended})`);
    if (!ended) this.keepAlive(child);
  }

  /** SIGTERM, and SIGKILL when that takes too long. Settles when the process is gone. */
  async stop(): Promise<void> {
    this.stopping = true;
    clearTimeout(this.restart);
    const child = this.child;
    if (!child || hasEnded(child)) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    // Windows has no signals to handle; there the end of the channel says the same.
    if (process.platform === 'win32' && child.connected) child.disconnect();
    else child.kill('SIGTERM');
    const timer = setTimeout(() => {
      this.options.say(`${this.options.name} does not stop: killing it`);
      child.kill('SIGKILL');
    }, this.options.stopTimeoutMs);
    await gone;
    clearTimeout(timer);
  }

  /** At once, without waiting. */
  kill(): void {
    this.stopping = true;
    clearTimeout(this.restart);
    this.child?.kill('SIGKILL');
  }

  private spawn(): ChildProcess {
    const { args, cwd, env } = this.options;
    this.readySince = undefined;
    const child = spawn(process.execPath, args, {
      cwd,
      env,
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      // In a group of its own: Ctrl-C in the terminal reaches the runner alone, which stops callers before the called.
      detached: process.platform !== 'win32',
    });
    child.on('error', () => {});
    this.child = child;
    return child;
  }

  private keepAlive(child: ChildProcess): void {
    const again = () => {
      if (this.stopping) return;
      const steady = this.readySince !== undefined && performance.now() - this.readySince >= this.backoff.steadyMs;
      const delay = restartDelay(steady ? (this.failures = 0) : this.failures, this.backoff);
      this.failures++;
      this.options.say(`${this.options.name} ended (${howEnded(child)}); starting it again in ${delay / 1000} s`);
      this.restart = setTimeout(() => void this.startAgain(), delay);
    };
    if (hasEnded(child)) again();
    else child.once('exit', again);
  }

  private async startAgain(): Promise<void> {
    const child = this.spawn();
    const ended = await this.untilReadyOrEnded(child);
    if (!ended && !this.stopping) this.options.say(`${this.options.name} is ready again`);
    this.keepAlive(child);
  }

  /** @returns how the process ended, undefined when it is ready */
  private async untilReadyOrEnded(child: ChildProcess): Promise<string | undefined> {
    const { name, readyUrl, say } = this.options;
    let slow = performance.now() + SLOW_START_MS;
    while (!hasEnded(child)) {
      const status = await statusOf(readyUrl);
      if (status === 200 && !hasEnded(child)) {
        this.readySince = performance.now();
        return undefined;
      }
      if (performance.now() > slow && !this.stopping) {
        say(`${name} is not ready yet: ${readyUrl} ${status ? `answers ${status}` : 'does not answer'}`);
        slow = performance.now() + SLOW_START_MS;
      }
      await sleep(READY_POLL_MS);
    }
    return howEnded(child);
  }
}

/** A process that could not even be spawned has no pid and never exits. */
function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null || child.pid === undefined;
}

function howEnded({ exitCode, signalCode, pid }: ChildProcess): string {
  if (pid === undefined) return 'it could not be run';
  return signalCode ?? `exit status ${exitCode}`;
}

/** Not `fetch`: with NODE_USE_ENV_PROXY that would ask a proxy for this machine's own addresses. */
function statusOf(url: string): Promise<number | undefined> {
  return new Promise((resolve) => {
    const request = get(url, { agent: new Agent(), timeout: 2_000 }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    request.once('timeout', () => request.destroy()).once('error', () => resolve(undefined));
  });
}
