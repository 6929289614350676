import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace';

/** Loads an exporter with its first batch: a destination costs a starting process nothing. */
export class LazyExporter implements SpanExporter {
  private exporter: Promise<SpanExporter> | undefined;

  constructor(private readonly load: () => Promise<SpanExporter>) {}

  export(spans: ReadableSpan[], done: (result: ExportResult) => void): void {
    this.exporter ??= this.load();
    this.exporter.then(
      (exporter) => exporter.export(spans, done),
      (error: Error) => done({ code: ExportResultCode.FAILED, error }),
    );
  }

  async shutdown(): Promise<void> {
    await (await this.exporter)?.shutdown();
  }
}

/** An exporter out of a function that sends a batch, or rejects. */
export function exporterOf(send: (spans: ReadableSpan[]) => Promise<void>): SpanExporter {
  return {
    export: (spans, done) =>
      void send(spans).then(
        () => done({ code: ExportResultCode.SUCCESS }),
        (error: Error) => done({ code: ExportResultCode.FAILED, error }),
      ),
    shutdown: () => Promise.resolve(),
  };
}
