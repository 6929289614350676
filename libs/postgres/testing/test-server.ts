import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../../tools/embedded-postgres.ts';

/** A real PostgreSQL on a free loopback port, with its data in a temporary folder, that a test may stop and start. */
export class TestServer {
  readonly port: number;
  private databases = 0;
  private running = true;

  private constructor(
    private readonly folder: string,
    private server: EmbeddedPostgres,
  ) {
    this.port = server.port;
  }

  static async start(): Promise<TestServer> {
    const folder = mkdtempSync(join(tmpdir(), 'cruddur-test-'));
    // Temporary folders are closed to others, and the server of a root user runs as somebody else.
    chmodSync(folder, 0o755);
    return new TestServer(folder, await startEmbeddedPostgres({ dataDir: join(folder, 'postgres') }));
  }

  /** Starts it again on the same port, unless it runs. */
  async up(): Promise<void> {
    if (this.running) return;
    this.server = await startEmbeddedPostgres({ dataDir: join(this.folder, 'postgres'), port: this.port });
    this.running = true;
  }

  /** Stops it as an administrator in a hurry would: open connections are ended. */
  async down(): Promise<void> {
    this.running = false;
    await this.server.stop();
  }

  async stop(): Promise<void> {
    await this.down();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** A new and empty database. @returns its connection URI */
  createDatabase(): Promise<string> {
    return this.server.createDatabase(`test_${++this.databases}`);
  }
}
