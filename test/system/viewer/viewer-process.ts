import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const MAIN = join(root, 'dist/services/trace-viewer/src/main.js');

/** The built trace viewer as a process of its own: a free port, an empty store and an empty folder of queries. */
export class ViewerProcess {
  private output = '';

  private constructor(
    private readonly directory: string,
    private child: ChildProcess,
    public url = '',
  ) {}

  static async start(): Promise<ViewerProcess> {
    const directory = await mkdtemp(join(tmpdir(), 'viewer-'));
    const viewer = new ViewerProcess(directory, spawnViewer(directory, 0));
    await viewer.listening();
    return viewer;
  }

  /** Ends it as a power cut would, and starts it again on the same store and port. */
  async killAndRestart(): Promise<void> {
    const exited = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await exited;
    this.output = '';
    this.child = spawnViewer(this.directory, Number(new URL(this.url).port));
    await this.listening();
  }

  async stop(): Promise<void> {
    if (this.child.exitCode === null) {
      const exited = once(this.child, 'exit');
      this.child.kill('SIGTERM');
      await exited;
    }
    await rm(this.directory, { recursive: true, force: true });
  }

  private async listening(): Promise<void> {
    const url = /listening on (http:\/\/[\d.]+:\d+)/;
    const keep = (chunk: Buffer) => (this.output += chunk.toString());
    this.child.stdout!.on('data', keep);
    this.child.stderr!.on('data', keep);
    while (!url.test(this.output)) {
      await Promise.race([
        once(this.child.stdout!, 'data'),
        once(this.child, 'exit').then(() => {
          throw new Error(`The trace viewer ended:\n${this.output}`);
        }),
      ]);
    }
    this.url = url.exec(this.output)![1]!;
  }
}

const spawnViewer = (directory: string, port: number): ChildProcess =>
  spawn(process.execPath, ['--enable-source-maps', MAIN], {
    cwd: root,
    env: {
      PATH: process.env.PATH,
      VIEWER_PORT: String(port),
      VIEWER_DATA_DIR: join(directory, 'data'),
      VIEWER_QUERIES_DIR: join(directory, 'queries'),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
