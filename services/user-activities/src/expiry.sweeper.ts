import { Injectable, Logger, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { ActivityStore } from './activity.store.js';
import { IdempotencyStore } from './idempotency.store.js';

const EVERY_MS = 10 * 60_000;
const BATCH = 1_000;

/** Frees the room of what nobody can see any more, in small transactions. No request depends on it. */
@Injectable()
export class ExpirySweeper implements OnModuleInit, OnModuleDestroy {
  private readonly logger = new Logger(ExpirySweeper.name);
  private timer: NodeJS.Timeout | undefined;
  private sweeping: Promise<void> = Promise.resolve();
  private stopped = false;

  constructor(
    private readonly activities: ActivityStore,
    private readonly idempotency: IdempotencyStore,
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

  /** Deletes everything expired, batch after batch. Never rejects: the next round tries again. */
  async sweep(): Promise<void> {
    try {
      await this.drain(() => this.activities.deleteExpired(BATCH));
      await this.drain(() => this.idempotency.deleteOld(BATCH));
    } catch (error) {
      this.logger.warn(`Expired data stays for now: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  private async drain(deleteBatch: () => Promise<number>): Promise<void> {
    while (!this.stopped && (await deleteBatch()) === BATCH);
  }
}
