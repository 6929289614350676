import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const DIST = fileURLToPath(new URL('../../dist/services/', import.meta.url));

export interface StartOptions {
  env?: Record<string, string>;
  /** False leaves the preload out. */
  traced?: boolean;
}

/** A built service as a process of its own, on a free port, with nothing of this process's environment. */
export class ServiceProcess {
  stdout = '';
  stderr = '';
  /** Settles with the exit status, or the signal that ended the process. */
  readonly exited: Promise<number | string>;
  private readonly process: ChildProcess;

  constructor(
    readonly name: string,
    { env = {}, traced = true }: StartOptions = {},
  ) {
    const src = `${DIST}${name}/src/`;
    const preload = traced ? ['--import', `${src}telemetry.js`] : [];
    const portVariable = `${name.toUpperCase().replace('-', '_')}_PORT`;
    this.process = spawn(process.execPath, ['--enable-source-maps', ...preload, `${src}main.js`], {
      env: { PATH: process.env.PATH, OTEL_TRACES_EXPORTER: 'none', [portVariable]: '0', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.process.stdout!.setEncoding('utf8').on('data', (chunk: string) => (this.stdout += chunk));
    this.process.stderr!.setEncoding('utf8').on('data', (chunk: string) => (this.stderr += chunk));
    this.exited = once(this.process, 'close').then(([code, signal]) => (code ?? signal) as number | string);
  }

  /** The base URL, once the service listens. @throws Error with its output when it ends instead */
  async listening(): Promise<string> {
    const url = /listens on (http:\/\/[\d.]+:\d+)/;
    while (!url.test(this.stdout)) {
      await Promise.race([
        once(this.process.stdout!, 'data'),
        this.exited.then((status) => {
          throw new Error(`${this.name} ended with ${status}:\n${this.stderr}${this.stdout}`);
        }),
      ]);
    }
    return url.exec(this.stdout)![1]!;
  }

  /** The log lines, parsed. */
  get log(): Record<string, unknown>[] {
    const lines = this.stdout.split('\n').filter((line) => line.startsWith('{'));
    return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  signal(signal: NodeJS.Signals): void {
    this.process.kill(signal);
  }

  /** For clean-up: ends the process in whatever state it is. */
  async kill(): Promise<void> {
    this.process.kill('SIGKILL');
    await this.exited;
  }
}
