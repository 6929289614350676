import { Injectable, Logger, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { TimelineStore } from './timeline.store.js';

const EVERY_MS = 10 * 60_000;
const BATCH = 1_000;

/** Frees the room of what nobody can see any more. No request depends on it. */
@Injectable()
export class ExpirySweeper implements OnModuleInit, OnModuleDestroy {
  private readonly logger = new Logger(ExpirySweeper.name);
  private timer: NodeJS.Timeout | undefined;
  private sweeping: Promise<void> = Promise.resolve();
  private stopped = false;

  constructor(private readonly timeline: TimelineStore) {}

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

  /** Never rejects: the next round tries again. */
  async sweep(): Promise<void> {
    try {
      while (!this.stopped && (await this.timeline.cleanUp(BATCH)));
    } catch (error) {
      this.logger.warn(`Expired data stays for now: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}
