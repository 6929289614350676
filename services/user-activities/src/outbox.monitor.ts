import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type { HealthReport } from '@cruddur/service';
import { OutboxMetrics } from './outbox.metrics.js';
import { type Backlog, OutboxStore } from './outbox.store.js';

const EVERY_MS = 5_000;
/** Longer than any pause of a relay that has somebody to send to. */
const STUCK_SECONDS = 30;

/** Watches the outbox: says so when it gets stuck or flows again, and shows its figures in readiness. */
@Injectable()
export class OutboxMonitor implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(OutboxMonitor.name);
  private timer: NodeJS.Timeout | undefined;
  private stuck = false;
  private dead = 0;

  constructor(
    private readonly outbox: OutboxStore,
    private readonly metrics: OutboxMetrics,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => void this.observe().catch(() => undefined), EVERY_MS).unref();
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
  }

  /** For readiness: the figures of now. Degraded while events are stuck, or were given up. */
  async check(): Promise<HealthReport> {
    const backlog = await this.observe();
    return { details: { ...backlog }, degraded: backlog.oldest_seconds >= STUCK_SECONDS || backlog.dead > 0 };
  }

  private async observe(): Promise<Backlog> {
    const backlog = await this.outbox.measure();
    this.metrics.backlog = backlog;
    const stuck = backlog.oldest_seconds >= STUCK_SECONDS;
    if (stuck !== this.stuck) {
      if (stuck) this.logger.warn(backlog, 'events are stuck in the outbox');
      else this.logger.log(backlog, 'the outbox flows again');
    }
    if (backlog.dead > this.dead) this.logger.warn(backlog, 'there are dead letters in the outbox');
    this.stuck = stuck;
    this.dead = backlog.dead;
    return backlog;
  }
}
