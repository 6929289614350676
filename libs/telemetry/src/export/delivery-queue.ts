import { suppressTracing } from '@opentelemetry/core';
import { context } from '@opentelemetry/api';
import { isRetryable } from './delivery-error.js';

export interface DeliveryQueueSettings {
  /** Items held while the destination is slow or away; what comes on top is dropped. */
  maxQueueSize: number;
  maxBatchSize: number;
  /** Milliseconds between the first waiting item and its delivery. */
  scheduleDelayMs: number;
  /** Milliseconds that one delivery may take. */
  exportTimeoutMs: number;
  /** Bytes held at most, as {@link Delivery.sizeOf} counts them. Unlimited by default. */
  maxQueueBytes?: number;
}

/** How a destination takes items. */
export interface Delivery<T> {
  /** As it is called in messages. */
  name: string;
  /** Rejects with what {@link isRetryable} can judge. */
  deliver(batch: T[]): Promise<void>;
  /** Told that a batch was taken, in time. */
  delivered?(batch: T[]): void;
  /** How many of the first items make one batch, for destinations with limits of their own; at least 1. */
  countBatch?(items: readonly T[]): number;
  sizeOf?(item: T): number;
  /** Pushes what has been announced; see {@link DeliveryQueue.announce}. */
  collect?(): void;
}

/** Told when a destination stops or starts again to take items, never for a single batch. */
export interface ExportObserver {
  stopped(destination: string, reason: string, kept: number): void;
  resumed(destination: string, kept: number, dropped: number): void;
  lost(destination: string, dropped: number): void;
}

const FIRST_BACKOFF_MS = 1_000;
const LAST_BACKOFF_MS = 30_000;
const LONGEST_RETRY_AFTER_MS = 300_000;

/**
 * Batches items for one destination, in bounded memory. A batch that could not be delivered is kept and tried
 * again with exponential back-off; one that was refused is dropped and counted. Adding never waits and never throws.
 */
export class DeliveryQueue<T> {
  private readonly queue: T[] = [];
  private exporting: Promise<void> | undefined;
  private timer: NodeJS.Timeout | undefined;
  private backoffMs = 0;
  private bytes = 0;
  private failing = false;
  private dropped = 0;
  /** Items of the delivery that is under way. */
  private leaving = 0;
  private closed = false;

  constructor(
    private readonly delivery: Delivery<T>,
    private readonly settings: DeliveryQueueSettings,
    private readonly observer: ExportObserver,
  ) {}

  /** Whether the destination did not take the last batch. */
  get isFailing(): boolean {
    return this.failing;
  }

  /** Whether more than half of it is free, which items of less worth can be asked to wait for. */
  get hasRoom(): boolean {
    const { maxQueueSize, maxQueueBytes = Infinity } = this.settings;
    return !this.closed && this.queue.length < maxQueueSize / 2 && this.bytes < maxQueueBytes / 2;
  }

  push(item: T): void {
    if (this.closed) return;
    const size = this.sizeOf(item);
    const { maxQueueSize, maxQueueBytes = Infinity } = this.settings;
    if (this.queue.length >= maxQueueSize || this.bytes + size > maxQueueBytes) {
      this.dropped++;
      if (!this.failing) this.fail('they come faster than it takes them');
      return;
    }
    this.queue.push(item);
    this.bytes += size;
    if (this.queue.length >= this.settings.maxBatchSize && !this.exporting && this.backoffMs === 0) this.schedule(0);
    else this.announce();
  }

  /** Makes sure that there will be a delivery, for items that are not pushed yet: it asks for them. */
  announce(): void {
    if (!this.timer && !this.exporting && this.backoffMs === 0) this.schedule(this.settings.scheduleDelayMs);
  }

  /** Counts what the destination took and then threw away, or what never got here. */
  countDropped(count: number, reason: string): void {
    this.dropped += count;
    this.fail(reason);
  }

  /** Delivers what is queued now, once: resolves also when the destination does not take it. */
  async forceFlush(): Promise<void> {
    await this.exporting;
    this.delivery.collect?.();
    for (let left = this.queue.length; left > 0;) {
      const before = this.queue.length;
      await this.exportBatch();
      const done = before - this.queue.length;
      if (done <= 0) return;
      left -= done;
    }
  }

  /** Takes nothing more and delivers the rest, once. */
  async close(): Promise<void> {
    this.delivery.collect?.();
    this.closed = true;
    clearTimeout(this.timer);
    await this.forceFlush();
    this.reportLoss();
  }

  /** Says what is lost when the process ends before the queue is empty. */
  reportLoss(): void {
    this.delivery.collect?.();
    const lost = this.dropped + this.leaving + this.queue.length;
    if (lost > 0) this.observer.lost(this.delivery.name, lost);
    this.dropped = 0;
    this.queue.length = 0;
  }

  private schedule(delayMs: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.timer = undefined;
      void this.exportBatch();
    }, delayMs);
    this.timer.unref();
  }

  private scheduleNext(): void {
    this.delivery.collect?.();
    if (this.closed || this.queue.length === 0 || this.timer) return;
    if (this.backoffMs > 0) this.schedule(this.backoffMs);
    else this.schedule(this.queue.length >= this.settings.maxBatchSize ? 0 : this.settings.scheduleDelayMs);
  }

  private exportBatch(): Promise<void> {
    this.exporting ??= this.send(this.takeBatch()).finally(() => {
      this.exporting = undefined;
      this.scheduleNext();
    });
    return this.exporting;
  }

  private takeBatch(): T[] {
    this.delivery.collect?.();
    clearTimeout(this.timer);
    this.timer = undefined;
    const candidates = this.queue.slice(0, this.settings.maxBatchSize);
    const batch = this.queue.splice(0, this.delivery.countBatch?.(candidates) ?? candidates.length);
    for (const item of batch) this.bytes -= this.sizeOf(item);
    return batch;
  }

  private async send(batch: T[]): Promise<void> {
    if (batch.length === 0) return;
    const droppedBefore = this.dropped;
    this.leaving = batch.length;
    try {
      await this.deliverInTime(batch);
    } catch (error) {
      if (isRetryable(error)) this.putBack(batch);
      else this.dropped += batch.length;
      const { message, retryAfterMs = 0 } = error as Error & { retryAfterMs?: number };
      const backoffMs = Math.min(Math.max(this.backoffMs * 2, FIRST_BACKOFF_MS), LAST_BACKOFF_MS);
      this.backoffMs = Math.max(backoffMs, Math.min(retryAfterMs, LONGEST_RETRY_AFTER_MS));
      this.fail(message || 'the export failed');
      return;
    } finally {
      this.leaving = 0;
    }
    this.delivery.delivered?.(batch);
    this.backoffMs = 0;
    if (this.failing && this.dropped === droppedBefore) this.recover(batch.length);
  }

  private putBack(batch: T[]): void {
    this.queue.unshift(...batch);
    for (const item of batch) this.bytes += this.sizeOf(item);
    const { maxQueueSize, maxQueueBytes = Infinity } = this.settings;
    while (this.queue.length > maxQueueSize || (this.bytes > maxQueueBytes && this.queue.length > 0)) {
      this.bytes -= this.sizeOf(this.queue.pop()!);
      this.dropped++;
    }
  }

  private async deliverInTime(batch: T[]): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(new Error('no answer in time')), this.settings.exportTimeoutMs);
      timer.unref();
    });
    try {
      const delivered = context.with(suppressTracing(context.active()), () => this.delivery.deliver(batch));
      await Promise.race([delivered, timeout]);
    } finally {
      clearTimeout(timer);
    }
  }

  private sizeOf(item: T): number {
    return this.delivery.sizeOf?.(item) ?? 0;
  }

  private fail(reason: string): void {
    if (this.failing) return;
    this.failing = true;
    this.observer.stopped(this.delivery.name, reason, this.queue.length);
  }

  private recover(delivered: number): void {
    this.failing = false;
    this.observer.resumed(this.delivery.name, delivered + this.queue.length, this.dropped);
    this.dropped = 0;
  }
}
