import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type { RabbitMqServer } from '@cruddur/messaging';
import type { HealthReport } from '@cruddur/service';
import { metrics } from '@opentelemetry/api';

const EVERY_MS = 10_000;

/** Watches the broker: whether it is there, and how many events ended as dead letters. Says so when that changes. */
@Injectable()
export class BrokerMonitor implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(BrokerMonitor.name);
  private timer: NodeJS.Timeout | undefined;
  private deadLetters = 0;

  constructor(private readonly server: RabbitMqServer) {
    metrics
      .getMeter('cruddur.inbox')
      .createObservableGauge('cruddur.inbox.dead_letters', { unit: '{event}' })
      .addCallback((result) => result.observe(this.deadLetters));
  }

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => void this.check().catch(() => undefined), EVERY_MS).unref();
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
  }

  /** For readiness. A broker that is away is no reason to send requests elsewhere: the outbox keeps the events. */
  async check(): Promise<HealthReport> {
    const deadLetters = (await this.server.countDeadLetters()) ?? this.deadLetters;
    if (deadLetters > this.deadLetters) this.logger.warn({ dead_letters: deadLetters }, 'events became dead letters');
    this.deadLetters = deadLetters;
    const { connected } = this.server;
    return { degraded: !connected || deadLetters > 0, details: { connected, dead_letters: deadLetters } };
  }
}
