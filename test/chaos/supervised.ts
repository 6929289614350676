import { setTimeout as sleep } from 'node:timers/promises';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../tools/embedded-postgres.ts';
import type { RabbitMq } from '../brokers/rabbitmq.js';
import { ServiceProcess } from '../support/service-process.js';

/** Something that can be killed with SIGKILL, and comes back by itself on the same port. */
export interface Victim {
  readonly name: string;
  /** Settles when it is up again after the last kill. */
  readonly up: Promise<void>;
  kill(): void;
}

const RESTART_TIMEOUT_MS = 120_000;

async function untilStarted(name: string, start: () => Promise<void>): Promise<void> {
  const deadline = Date.now() + RESTART_TIMEOUT_MS;
  for (;;) {
    try {
      return await start();
    } catch (error) {
      // What it needs may be dead as well.
      if (Date.now() > deadline) throw new Error(`${name} did not come back`, { cause: error });
      await sleep(200);
    }
  }
}

/** A service under a supervisor, as an orchestrator would have it. */
export class SupervisedService implements Victim {
  up: Promise<void>;
  process!: ServiceProcess;

  constructor(
    readonly name: string,
    private readonly env: Record<string, string>,
  ) {
    this.up = this.start();
  }

  kill(): void {
    const dead = this.process.kill();
    this.up = dead.then(() => this.start());
  }

  /** A graceful restart. @returns the exit status of the old process */
  async restart(): Promise<number | string> {
    this.process.signal('SIGTERM');
    const status = await this.process.exited;
    await (this.up = this.start());
    return status;
  }

  async stop(): Promise<void> {
    await this.up.catch(() => undefined);
    this.process.signal('SIGTERM');
    await this.process.exited;
  }

  private start(): Promise<void> {
    return untilStarted(this.name, async () => {
      this.process = new ServiceProcess(this.name, { env: this.env });
      await this.process.listening();
    });
  }
}

export class SupervisedPostgres implements Victim {
  readonly name = 'postgresql';
  up = Promise.resolve();

  private constructor(
    private readonly dataDir: string,
    private server: EmbeddedPostgres,
  ) {}

  static async start(dataDir: string): Promise<SupervisedPostgres> {
    return new SupervisedPostgres(dataDir, await startEmbeddedPostgres({ dataDir }));
  }

  createDatabase(name: string): Promise<string> {
    return this.server.createDatabase(name);
  }

  kill(): void {
    const { pid, port } = this.server;
    process.kill(pid, 'SIGKILL');
    this.up = untilStarted(this.name, async () => {
      this.server = await startEmbeddedPostgres({ dataDir: this.dataDir, port });
    });
  }

  async stop(): Promise<void> {
    await this.up.catch(() => undefined);
    await this.server.stop();
  }
}

export class SupervisedRabbitMq implements Victim {
  readonly name = 'rabbitmq';
  up = Promise.resolve();

  constructor(private readonly broker: RabbitMq) {}

  kill(): void {
    this.up = this.broker.crash().then(() => untilStarted(this.name, () => this.broker.restart()));
  }

  async stop(): Promise<void> {
    await this.up.catch(() => undefined);
    await this.broker.stop();
  }
}
