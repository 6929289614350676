import type { ExportResult } from '@opentelemetry/core';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { sizeOfSpan } from './span-size.js';

/** The SDK's `SpanExporter`, for what is kept of spans. */
export interface Exporter<Kept> {
  export(batch: Kept[], done: (result: ExportResult) => void): void;
  shutdown(): Promise<void>;
}

/** One place that takes spans. */
export interface Destination<Kept = unknown> {
  /** As it is called in messages: `otlp (http://localhost:4318/v1/traces)`. */
  name: string;
  /** What waits for its batch in place of an ended span. */
  keep(span: ReadableSpan): Kept;
  /** About how many bytes that takes. */
  sizeOf(kept: Kept): number;
  /** Told that a batch has arrived, and that nobody will ask for it again. */
  delivered?(batch: Kept[]): void;
  exporter: Exporter<Kept>;
  /** Milliseconds between the first waiting span and its export, where OTEL_BSP_SCHEDULE_DELAY does not fit. */
  scheduleDelayMs?: number;
}

/** The form in which a destination's exporter takes spans. */
export type SpanForm<Kept> = Pick<Destination<Kept>, 'keep' | 'sizeOf' | 'delivered'>;

export const AS_SPANS: SpanForm<ReadableSpan> = { keep: (span) => span, sizeOf: sizeOfSpan };
