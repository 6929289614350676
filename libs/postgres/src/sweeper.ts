import { Logger, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { type Postgres, type Statement, statement } from './postgres.js';

const EVERY_MS = 10 * 60_000;
const BATCH = 1_000;

/**
 * A statement that deletes at most $1 rows and says how many. Of many replicas each takes other rows, and no request
 * waits for a sweep.
 *
 * @param key the columns of the primary key
 * @param condition what follows WHERE
 */
export function deleteSome(table: string, key: string, condition: string): Statement {
  return statement(
    `${table}.delete_some`,
    `WITH gone AS (
      DELETE FROM ${table} WHERE (${key}) IN (
        SELECT ${key} FROM ${table} WHERE ${condition} LIMIT $1 FOR UPDATE SKIP LOCKED)
      RETURNING 1)
    SELECT count(*)::int AS count FROM gone`,
  );
}

/** Frees the room of what nobody can see any more, in small transactions. No request depends on it. */
export class Sweeper implements OnModuleInit, OnModuleDestroy {
  private readonly logger = new Logger(Sweeper.name);
  private timer: NodeJS.Timeout | undefined;
  private sweeping: Promise<void> = Promise.resolve();
  private stopped = false;

  /** @param deletions made by {@link deleteSome} */
  constructor(
    private readonly postgres: Postgres,
    private readonly deletions: readonly Statement[],
  ) {}

  onModuleInit(): void {
    const start = () => (this.sweeping = this.sweep());
    this.timer = setInterval(() => void start(), EVERY_MS).unref();
    void start();
  }

  async onModuleDestroy(): Promise<void> {
    this.stopped = true;
    clearInterval(this.timer);
    await this.sweeping;
  }

  /** Deletes everything, batch after batch. Never rejects: the next round tries again. */
  async sweep(): Promise<void> {
    try {
      for (const deletion of this.deletions) while (await this.deleteBatch(deletion));
    } catch (error) {
      this.logger.warn(`Expired data stays for now: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  /** @returns whether there may be more */
  private async deleteBatch(deletion: Statement): Promise<boolean> {
    if (this.stopped) return false;
    const [row] = await this.postgres.query<{ count: number }>({ ...deletion, values: [BATCH] });
    return row?.count === BATCH;
  }
}
