import { ExportResultCode } from '@opentelemetry/core';
import { TraceFlags } from '@opentelemetry/api';
import type { ReadableSpan, SpanProcessor } from '@opentelemetry/sdk-trace';
import { DeliveryQueue, type DeliveryQueueSettings, type ExportObserver } from './delivery-queue.js';
import type { Destination } from './destination.js';

/** The standard variables of the batch span processor: OTEL_BSP_*. */
export type ExportQueueSettings = DeliveryQueueSettings;
export type { ExportObserver };

/** Receivers refuse requests of more than 4 MiB by default (gRPC's limit, which collectors keep). */
const MAX_BATCH_BYTES = 3 * 2 ** 20;
/**
 * So many spans are put into the form in which they wait at a time. For one alone its code and data would have to come
 * back into the processor's caches, which takes several times as long as what they do; with more, spans would live long
 * enough to be copied by the garbage collector.
 */
const KEEP_TOGETHER = 32;

/**
 * Batches ended spans for one destination. Each destination has a queue of its own, so that one that is
 * dead or slow cannot take another's spans with it. Unlike the SDK's batch processor it keeps a batch that
 * could not be delivered and tries again, until the queue is full.
 */
export class ExportQueue implements SpanProcessor {
  private readonly queue: DeliveryQueue<unknown>;
  private ended: ReadableSpan[] = [];
  private readonly keepTogether: number;

  constructor(
    private readonly destination: Destination,
    settings: ExportQueueSettings,
    observer: ExportObserver,
  ) {
    const { name, scheduleDelayMs = settings.scheduleDelayMs } = destination;
    const delivery = {
      name,
      deliver: (batch: unknown[]) => this.export(batch),
      delivered: (batch: unknown[]) => destination.delivered?.(batch),
      countBatch: (kept: readonly unknown[]) => this.countWithin(MAX_BATCH_BYTES, kept),
      sizeOf: (kept: unknown) => destination.sizeOf(kept),
      collect: () => this.collect(),
    };
    this.queue = new DeliveryQueue(delivery, { ...settings, scheduleDelayMs }, observer);
    this.keepTogether = Math.min(KEEP_TOGETHER, settings.maxBatchSize, settings.maxQueueSize);
  }

  get isFailing(): boolean {
    return this.queue.isFailing;
  }

  get hasRoom(): boolean {
    this.collect();
    return this.queue.hasRoom;
  }

  onStart(): void {}

  onEnd(span: ReadableSpan): void {
    if (!(span.spanContext().traceFlags & TraceFlags.SAMPLED)) return;
    this.ended.push(span);
    if (this.ended.length >= this.keepTogether) this.collect();
    else if (this.ended.length === 1) this.queue.announce();
  }

  private collect(): void {
    const { ended } = this;
    if (ended.length === 0) return;
    this.ended = [];
    for (const span of ended) this.keep(span);
  }

  private keep(span: ReadableSpan): void {
    let kept: unknown;
    try {
      kept = this.destination.keep(span);
    } catch (error) {
      this.queue.countDropped(1, `a span cannot be encoded: ${(error as Error).message}`);
      return;
    }
    this.queue.push(kept);
  }

  forceFlush(): Promise<void> {
    return this.queue.forceFlush();
  }

  async shutdown(): Promise<void> {
    await this.queue.close();
    await this.destination.exporter.shutdown();
  }

  /** Says what is lost when the process ends before the queue is empty. */
  reportLoss(): void {
    this.queue.reportLoss();
  }

  private export(batch: unknown[]): Promise<void> {
    return new Promise((resolve, reject) => {
      this.destination.exporter.export(batch, ({ code, error }) => {
        if (code === ExportResultCode.SUCCESS) resolve();
        else reject(error ?? new Error('the export failed'));
      });
    });
  }

  /** How many of the first spans stay within so many bytes, one at least. */
  private countWithin(limit: number, kept: readonly unknown[]): number {
    let bytes = 0;
    const over = kept.findIndex((span) => (bytes += this.destination.sizeOf(span)) > limit);
    return over === -1 ? kept.length : Math.max(1, over);
  }
}
