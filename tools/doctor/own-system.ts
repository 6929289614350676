import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Address, findAddresses } from '../addresses.ts';
import { HOME_ACTIVITIES_EVENTS, SERVICES } from '../services.ts';
import { StartError } from '../start-error.ts';

/** Soon, as somebody waits for it. */
const SCHEDULE_DELAY_MS = '200';

/** `npm start` for the time of the check: on free ports, with a database of its own that is thrown away. */
export class OwnSystem {
  stdout = '';
  private stderr = '';
  private readonly folder = mkdtempSync(join(tmpdir(), 'cruddur-doctor-'));
  private readonly process: ChildProcess;
  private readonly exited: Promise<unknown>;
  readonly addresses: Address[];

  private constructor(root: string, env: NodeJS.ProcessEnv, addresses: Address[]) {
    this.addresses = addresses.slice(0, -1);
    // PostgreSQL of a root user runs as somebody else, who has to get in.
    chmodSync(this.folder, 0o755);
    const ports = addresses.map(({ service, port }) => [service.portVariable, String(port)]);
    this.process = spawn(process.execPath, ['--import', './tools/stop-with-parent.mjs', 'tools/start.ts'], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: {
        OTEL_BSP_SCHEDULE_DELAY: SCHEDULE_DELAY_MS,
        ...env,
        ...OWN,
        CRUDDUR_DATA_DIR: this.folder,
        ...(Object.fromEntries(ports) as Record<string, string>),
      },
    });
    this.process.stdout!.setEncoding('utf8').on('data', (chunk: string) => (this.stdout += chunk));
    this.process.stderr!.setEncoding('utf8').on('data', (chunk: string) => (this.stderr += chunk));
    this.exited = once(this.process, 'exit');
  }

  /**
   * @param starting is given the system while it is not ready yet
   * @throws StartError with the runner's own words when it does not start
   */
  static async start(root: string, env: NodeJS.ProcessEnv, starting: (system: OwnSystem) => void): Promise<OwnSystem> {
    const onFreePorts = { ...env, GATEWAY_PORT: '0', HOME_ACTIVITIES_PORT: '0', USER_ACTIVITIES_PORT: '0' };
    const addresses = await findAddresses([...SERVICES, HOME_ACTIVITIES_EVENTS], { ...onFreePorts, EVENTS_PORT: '0' });
    process.stderr.write('Starting the services for this check ...\n');
    const system = new OwnSystem(root, env, addresses);
    starting(system);
    await system.ready();
    return system;
  }

  async stop(): Promise<void> {
    this.process.kill('SIGTERM');
    await this.exited;
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async ready(): Promise<void> {
    let ended = false;
    void this.exited.then(() => (ended = true));
    while (!this.stderr.includes('Cruddur is running.')) {
      await Promise.race([once(this.process.stderr!, 'data'), this.exited]);
      if (!ended) continue;
      await this.stop();
      throw new StartError(this.stderr.trim().split('\n').slice(-3).join(' | '));
    }
  }
}

/** Nothing of the user's may be changed by a check: empty counts as unset, and wins over .env. */
const OWN = { DATABASE_URL: '', EVENTS_URL: '', HOME_ACTIVITIES_EVENTS_URL: '', ...urls(), VIEWER_DATA_DIR: '' };

function urls(): Record<string, string> {
  return Object.fromEntries(SERVICES.flatMap(({ urlVariable }) => (urlVariable ? [[urlVariable, '']] : [])));
}
