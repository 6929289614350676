import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { type EventPublisher, reasonOf, refusalOf } from '@cruddur/messaging';
import { Listener } from '@cruddur/postgres';
import { context, ROOT_CONTEXT } from '@opentelemetry/api';
import { OutboxMetrics } from './outbox.metrics.js';
import { type FailedDelivery, OutboxStore, type QueuedEvent, toCloudEvent } from './outbox.store.js';

const CHANNEL = 'outbox';
/** Should a notification go unheard. */
const POLL_MS = 500;
const MAX_PAUSE_MS = 5_000;
const BATCH = 100;
/** Batches under way at the same time: while one is being marked as sent, the next one is being sent. */
const WORKERS = 2;
/** Failures of the receiver on one event before it becomes a dead letter, as in the queue of a broker. */
const FAILURE_LIMIT = 20;
const MAX_REASON_LENGTH = 500;
const OBSTACLES = { receiver: 'nobody takes them', outbox: 'the outbox cannot be read' };

/**
 * Sends what is in the outbox, at least once. An event that fails waits longer and longer and holds up no other; while
 * nobody is there to take events nothing is claimed, counted or traced.
 */
@Injectable()
export class OutboxRelay implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(OutboxRelay.name);
  private readonly listener: Listener;
  private readonly waiting = new Set<() => void>();
  private workers: Promise<void>[] = [];
  private stopped = false;
  private notified = 0;
  private obstacle: keyof typeof OBSTACLES | undefined;
  private pauseMs = POLL_MS;

  constructor(
    private readonly outbox: OutboxStore,
    private readonly publisher: EventPublisher,
    private readonly metrics: OutboxMetrics,
    databaseUrl: string,
  ) {
    this.listener = new Listener(databaseUrl, CHANNEL, () => this.wake());
  }

  onApplicationBootstrap(): void {
    // Polling belongs to no trace, whoever starts the service.
    context.with(ROOT_CONTEXT, () => {
      void this.listener.start();
      this.workers = Array.from({ length: WORKERS }, () => this.work());
    });
  }

  /** After the last request was answered, and before the database closes: what is under way is finished. */
  async onApplicationShutdown(): Promise<void> {
    this.stopped = true;
    this.wake();
    await this.listener.stop();
    await Promise.all(this.workers);
    await this.publisher.close();
  }

  private async work(): Promise<void> {
    while (!this.stopped) {
      const before = this.notified;
      const taken = await this.drainOnce();
      if (taken > 0 || this.stopped) continue;
      if (this.obstacle !== undefined) await this.sleep(this.pauseMs);
      else if (this.notified === before) await this.sleep(POLL_MS);
    }
  }

  /** @returns how many events were delivered or decided on; 0 when it makes no sense to go on at once */
  private async drainOnce(): Promise<number> {
    try {
      let unreachable: string | undefined;
      const taken = await this.outbox.takeBatch(this.obstacle === undefined ? BATCH : 1, async (events) => {
        const outcome = await this.deliver(events);
        unreachable = outcome.unreachable;
        return outcome;
      });
      if (unreachable !== undefined) this.obstructed('receiver', unreachable);
      // An empty outbox shows that it can be read, and nothing of the receiver.
      else if (taken > 0 || this.obstacle === 'outbox') this.cleared();
      return unreachable === undefined ? taken : 0;
    } catch (error) {
      this.obstructed('outbox', reasonOf(error));
      return 0;
    }
  }

  private async deliver(events: QueuedEvent[]) {
    const sent: string[] = [];
    const failed: FailedDelivery[] = [];
    let unreachable = await this.publisher.connect().then(() => undefined, reasonOf);
    if (unreachable !== undefined) return { sent, failed, unreachable };
    await Promise.all(
      events.map(async (event) => {
        const error = await this.send(event);
        if (error === undefined) return sent.push(event.id);
        this.metrics.countRetry();
        const reason = reasonOf(error).slice(0, MAX_REASON_LENGTH);
        const refusal = refusalOf(error);
        if (refusal === 'unreachable') return (unreachable = reason);
        const dead = refusal === 'rejected' || event.failures + 1 >= FAILURE_LIMIT;
        if (dead)
          this.logger.error({ event_id: event.id, event_type: event.type, reason }, 'an event is a dead letter');
        return failed.push({ id: event.id, reason, dead });
      }),
    );
    this.metrics.countSent(sent.length);
    return { sent, failed, unreachable };
  }

  /** In the trace of the request that the event comes from. @returns what went wrong */
  private async send(event: QueuedEvent): Promise<unknown> {
    const attributes = { 'cruddur.outbox.wait_ms': Math.round(event.waited) };
    try {
      await this.publisher.publish({ event: toCloudEvent(event), attributes, carrier: event.carrier });
      return undefined;
    } catch (error) {
      return error ?? new Error('no reason given');
    }
  }

  private obstructed(obstacle: keyof typeof OBSTACLES, reason: string): void {
    this.pauseMs = this.obstacle === undefined ? POLL_MS : Math.min(MAX_PAUSE_MS, this.pauseMs * 2);
    if (this.obstacle === undefined) this.logger.warn({ reason }, `events wait: ${OBSTACLES[obstacle]}`);
    this.obstacle = obstacle;
  }

  private cleared(): void {
    if (this.obstacle === undefined) return;
    this.obstacle = undefined;
    this.logger.log('events are taken again');
  }

  private sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.waiting.delete(done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      this.waiting.add(done);
    });
  }

  private wake(): void {
    this.notified++;
    if (this.obstacle !== undefined && !this.stopped) return;
    for (const done of [...this.waiting]) done();
  }
}
