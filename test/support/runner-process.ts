import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** What `npm start` runs, on free ports and data of its own. */
export class RunnerProcess {
  stdout = '';
  stderr = '';
  readonly exited: Promise<number | string>;
  private readonly process: ChildProcess;

  /** @param env on top of an environment that is otherwise empty, whatever an .env file says */
  constructor(dataDir: string, env: Record<string, string> = {}) {
    this.process = spawn(process.execPath, ['--import', './tools/stop-with-parent.mjs', 'tools/start.ts'], {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: {
        PATH: process.env.PATH,
        NODE_ENV: 'test',
        CRUDDUR_DATA_DIR: dataDir,
        DATABASE_URL: '',
        HONEYCOMB_API_KEY: '',
        ...{ GATEWAY_PORT: '0', HOME_ACTIVITIES_PORT: '0', USER_ACTIVITIES_PORT: '0', VIEWER_PORT: '0' },
        ...env,
      },
    });
    this.process.stdout!.setEncoding('utf8').on('data', (chunk: string) => (this.stdout += chunk));
    this.process.stderr!.setEncoding('utf8').on('data', (chunk: string) => (this.stderr += chunk));
    this.exited = once(this.process, 'exit').then(([code, signal]) => (code ?? signal) as number | string);
  }

  /** Settles once a text stands on the terminal. @throws Error when the runner ends before */
  async says(text: string | RegExp): Promise<void> {
    while (this.stderr.search(text) === -1) {
      await Promise.race([
        once(this.process.stderr!, 'data'),
        this.exited.then((status) => {
          throw new Error(`the runner ended with ${status}:\n${this.stderr}${this.stdout}`);
        }),
      ]);
    }
  }

  /** The URL that the terminal shows for a service. */
  url(name: string): string {
    return new RegExp(`${name} +(http:\\S+)`).exec(this.stderr)![1]!;
  }

  signal(signal: NodeJS.Signals): void {
    this.process.kill(signal);
  }

  /** The processes that it has started, with their command lines. */
  children(): { pid: number; command: string }[] {
    const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,args='], { encoding: 'utf8' }).trim().split('\n');
    const processes = lines.map((line) => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line)!.slice(1) as [string, string, string]);
    return processes
      .filter(([, parent, command]) => Number(parent) === this.process.pid && !command.startsWith('ps '))
      .map(([pid, , command]) => ({ pid: Number(pid), command }));
  }

  child(part: string): number {
    return this.children().find(({ command }) => command.includes(part))!.pid;
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  // Dead, but in a container often nobody asks for its status.
  return process.platform !== 'linux' || !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
}
