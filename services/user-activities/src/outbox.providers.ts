import type { Provider } from '@nestjs/common';
import { HOME_ACTIVITIES_QUEUE } from '@cruddur/contracts';
import { EventPublisher } from '@cruddur/messaging';
import { OutboxMetrics } from './outbox.metrics.js';
import { OutboxMonitor } from './outbox.monitor.js';
import { OutboxRelay } from './outbox.relay.js';
import { OutboxStore } from './outbox.store.js';
import type { UserActivitiesConfig } from './user-activities.config.js';

/** The outbox and what sends it: to the broker where there is one, else to home-activities itself. */
export function outboxProviders(config: UserActivitiesConfig): Provider[] {
  const url = config.EVENTS_URL ?? config.HOME_ACTIVITIES_EVENTS_URL;
  const publisher = { url, queue: HOME_ACTIVITIES_QUEUE, timeoutMs: config.EVENTS_TIMEOUT_MS };
  return [
    OutboxStore,
    OutboxMetrics,
    OutboxMonitor,
    {
      provide: OutboxRelay,
      useFactory: (outbox: OutboxStore, metrics: OutboxMetrics) =>
        new OutboxRelay(outbox, new EventPublisher(publisher), metrics, config.DATABASE_URL),
      inject: [OutboxStore, OutboxMetrics],
    },
  ];
}
