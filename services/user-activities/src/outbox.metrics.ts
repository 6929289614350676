import { Injectable } from '@nestjs/common';
import { metrics } from '@opentelemetry/api';
import type { Backlog } from './outbox.store.js';

/** The outbox as metrics, and its last measurement for whoever asks in between. */
@Injectable()
export class OutboxMetrics {
  backlog: Backlog | undefined;
  private readonly sent;
  private readonly retries;

  constructor() {
    const meter = metrics.getMeter('cruddur.outbox');
    const gauge = (name: string, unit: string, description: string, read: (backlog: Backlog) => number) =>
      meter.createObservableGauge(name, { unit, description }).addCallback((result) => {
        if (this.backlog) result.observe(read(this.backlog));
      });
    gauge('cruddur.outbox.unsent', '{event}', 'Events that wait to be sent', ({ unsent }) => unsent);
    gauge('cruddur.outbox.oldest', 's', 'Age of the oldest unsent event', ({ oldest_seconds }) => oldest_seconds);
    gauge('cruddur.outbox.retrying', '{event}', 'Unsent events that have failed', ({ retrying }) => retrying);
    gauge('cruddur.outbox.dead', '{event}', 'Events that were given up', ({ dead }) => dead);
    this.sent = meter.createCounter('cruddur.outbox.sent', { unit: '{event}' });
    this.retries = meter.createCounter('cruddur.outbox.retries', { unit: '{attempt}' });
  }

  countSent(count: number): void {
    if (count > 0) this.sent.add(count);
  }

  countRetry(): void {
    this.retries.add(1);
  }
}
