import { type ExportResult, ExportResultCode, suppressTracing } from '@opentelemetry/core';
import { TraceFlags, context } from '@opentelemetry/api';
import type { ReadableSpan, SpanProcessor } from '@opentelemetry/sdk-trace';
import type { Destination } from './destinations.js';

export interface ExportQueueSettings {
  /** Spans held while the destination is slow or away; what comes on top is dropped. OTEL_BSP_MAX_QUEUE_SIZE. */
  maxQueueSize: number;
  /** OTEL_BSP_MAX_EXPORT_BATCH_SIZE. */
  maxBatchSize: number;
  /** Milliseconds between the first waiting span and its export. OTEL_BSP_SCHEDULE_DELAY. */
  scheduleDelayMs: number;
  /** Milliseconds that one export may take. OTEL_BSP_EXPORT_TIMEOUT. */
  exportTimeoutMs: number;
}

/** Told when a destination stops or starts again to take spans, never for a single batch. */
export interface ExportObserver {
  stopped(destination: string, reason: string, kept: number): void;
  resumed(destination: string, kept: number, dropped: number): void;
  lost(destination: string, dropped: number): void;
}

const RETRYABLE_HTTP = new Set([429, 502, 503, 504]);
/** CANCELLED, DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED, ABORTED, OUT_OF_RANGE, UNAVAILABLE, DATA_LOSS. */
const RETRYABLE_GRPC = new Set([1, 4, 8, 10, 11, 14, 15]);
const FIRST_BACKOFF_MS = 1_000;
const LAST_BACKOFF_MS = 30_000;

/**
 * Batches ended spans for one destination. Each destination has a queue of its own, so that one that is
 * dead or slow cannot take another's spans with it. Unlike the SDK's batch processor it keeps a batch that
 * could not be delivered and tries again, until the queue is full.
 */
export class ExportQueue implements SpanProcessor {
  private readonly queue: ReadableSpan[] = [];
  private exporting: Promise<void> | undefined;
  private timer: NodeJS.Timeout | undefined;
  private backoffMs = 0;
  private failing = false;
  private dropped = 0;
  private closed = false;

  constructor(
    private readonly destination: Destination,
    private readonly settings: ExportQueueSettings,
    private readonly observer: ExportObserver,
  ) {}

  /** Whether the destination did not take the last batch. */
  get isFailing(): boolean {
    return this.failing;
  }

  onStart(): void {}

  onEnd(span: ReadableSpan): void {
    if ((span.spanContext().traceFlags & TraceFlags.SAMPLED) === 0 || this.closed) return;
    if (this.queue.length >= this.settings.maxQueueSize) {
      this.dropped++;
      if (!this.failing) this.fail('spans come faster than it takes them');
      return;
    }
    this.queue.push(span);
    if (this.exporting || this.backoffMs > 0) return;
    if (this.queue.length >= this.settings.maxBatchSize) this.schedule(0);
    else if (!this.timer) this.schedule(this.settings.scheduleDelayMs);
  }

  /** Exports what is queued now, once: resolves also when the destination does not take it. */
  async forceFlush(): Promise<void> {
    await this.exporting;
    for (let left = this.queue.length; left > 0;) {
      const before = this.queue.length;
      await this.exportBatch();
      const done = before - this.queue.length;
      if (done <= 0) return;
      left -= done;
    }
  }

  async shutdown(): Promise<void> {
    this.closed = true;
    clearTimeout(this.timer);
    await this.forceFlush();
    this.reportLoss();
    await this.destination.exporter.shutdown();
  }

  /** Says what is lost when the process ends before the queue is empty. */
  reportLoss(): void {
    const lost = this.dropped + this.queue.length;
    if (lost > 0) this.observer.lost(this.destination.name, lost);
    this.dropped = 0;
    this.queue.length = 0;
  }

  private schedule(delayMs: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.timer = undefined;
      void this.exportBatch().then(() => this.scheduleNext());
    }, delayMs);
    this.timer.unref();
  }

  private scheduleNext(): void {
    if (this.closed || this.queue.length === 0 || this.timer) return;
    if (this.backoffMs > 0) this.schedule(this.backoffMs);
    else this.schedule(this.queue.length >= this.settings.maxBatchSize ? 0 : this.settings.scheduleDelayMs);
  }

  private exportBatch(): Promise<void> {
    this.exporting ??= this.deliver(this.queue.splice(0, this.settings.maxBatchSize)).finally(() => {
      this.exporting = undefined;
    });
    return this.exporting;
  }

  private async deliver(batch: ReadableSpan[]): Promise<void> {
    const { code, error } = await this.send(batch);
    if (code === ExportResultCode.SUCCESS) {
      this.backoffMs = 0;
      if (this.failing) this.recover(batch.length);
      return;
    }
    if (isRetryable(error)) {
      this.queue.unshift(...batch);
      const excess = this.queue.length - this.settings.maxQueueSize;
      if (excess > 0) this.dropped += this.queue.splice(-excess).length;
    } else {
      this.dropped += batch.length;
    }
    this.backoffMs = Math.min(Math.max(this.backoffMs * 2, FIRST_BACKOFF_MS), LAST_BACKOFF_MS);
    this.fail(error?.message || 'the export failed');
  }

  private send(batch: ReadableSpan[]): Promise<ExportResult> {
    return new Promise((resolve) => {
      const timeout = setTimeout(
        () => resolve({ code: ExportResultCode.FAILED, error: new Error('no answer in time') }),
        this.settings.exportTimeoutMs,
      );
      timeout.unref();
      const done = (result: ExportResult) => {
        clearTimeout(timeout);
        resolve(result);
      };
      context.with(suppressTracing(context.active()), () => {
        try {
          this.destination.exporter.export(batch, done);
        } catch (error) {
          done({ code: ExportResultCode.FAILED, error: error as Error });
        }
      });
    });
  }

  private fail(reason: string): void {
    if (this.failing) return;
    this.failing = true;
    this.observer.stopped(this.destination.name, reason, this.queue.length);
  }

  private recover(delivered: number): void {
    this.failing = false;
    this.observer.resumed(this.destination.name, delivered + this.queue.length, this.dropped);
    this.dropped = 0;
  }
}

/**
 * Whether sending the same batch again can help: the answer says so
 * (https://opentelemetry.io/docs/specs/otlp/#failures), and no answer at all says yes.
 */
function isRetryable(error: Error | undefined): boolean {
  const status = (error as { code?: unknown } | undefined)?.code;
  return typeof status !== 'number' || RETRYABLE_HTTP.has(status) || RETRYABLE_GRPC.has(status);
}
