import { ROOT_CONTEXT, TraceFlags, trace } from '@opentelemetry/api';
import type { AnyValue, LogRecord, Logger as OtelLogger } from '@opentelemetry/api';
import { OTLPLogExporter as OtlpJsonLogExporter } from '@opentelemetry/exporter-logs-otlp-http';
import { OTLPLogExporter as OtlpProtobufLogExporter } from '@opentelemetry/exporter-logs-otlp-proto';
import { BatchLogRecordProcessor, type LogRecordProcessor } from '@opentelemetry/sdk-logs';
import { readList, readPositive } from '../settings.js';

/** Severity numbers of the log data model for pino's levels. */
const SEVERITY: Record<string, number> = { trace: 1, debug: 5, info: 9, warn: 13, error: 17, fatal: 21 };
const FLUSH_MS = 500;
/** Lines held between two flushes; a service that writes more loses them here, never on stdout. */
const MAX_LINES = 10_000;

/** A processor when OTEL_LOGS_EXPORTER asks for otlp; logs are sent only when asked for. */
export function readLogProcessors(env: NodeJS.ProcessEnv, problems: string[]): LogRecordProcessor[] {
  const asked = readList(env.OTEL_LOGS_EXPORTER) ?? [];
  const unknown = asked.filter((name) => name !== 'otlp' && name !== 'none');
  if (unknown.length > 0)
    problems.push(`OTEL_LOGS_EXPORTER names "${unknown.join()}", which is unknown here (otlp, none)`);
  if (!asked.includes('otlp') || asked.includes('none')) return [];
  const protocol = env.OTEL_EXPORTER_OTLP_LOGS_PROTOCOL || env.OTEL_EXPORTER_OTLP_PROTOCOL;
  if (protocol === 'grpc') problems.push('log records are not sent by grpc: using http/json');
  const exporter = protocol === 'http/protobuf' ? new OtlpProtobufLogExporter() : new OtlpJsonLogExporter();
  return [new BatchLogRecordProcessor({ exporter, ...readBatchSettings(env, problems) })];
}

/** The standard variables of the batch log record processor. What comes at a time here must fit, lines being many. */
function readBatchSettings(env: NodeJS.ProcessEnv, problems: string[]) {
  const read = (name: string, fallback: number) => readPositive(env, name, fallback, problems);
  const maxQueueSize = read('OTEL_BLRP_MAX_QUEUE_SIZE', MAX_LINES);
  return {
    maxQueueSize,
    maxExportBatchSize: Math.min(read('OTEL_BLRP_MAX_EXPORT_BATCH_SIZE', 512), maxQueueSize),
    scheduledDelayMillis: read('OTEL_BLRP_SCHEDULE_DELAY', 1_000),
    exportTimeoutMillis: read('OTEL_BLRP_EXPORT_TIMEOUT', 30_000),
  };
}

/**
 * Turns pino's lines into OTLP log records. A request only pushes the line that stdout gets anyway; parsing
 * and sending happen later, on a timer.
 */
export class OtlpLogBridge {
  private lines: string[] = [];
  private timer: NodeJS.Timeout | undefined;
  private dropped = 0;

  constructor(private readonly logger: OtelLogger) {}

  readonly sink = (line: string): void => {
    if (this.lines.length >= MAX_LINES) {
      this.dropped++;
      return;
    }
    this.lines.push(line);
    this.timer ??= setTimeout(() => this.flush(), FLUSH_MS).unref();
  };

  /** Hands what has come to the SDK. */
  flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    const lines = this.lines;
    this.lines = [];
    for (const line of lines) this.logger.emit(toLogRecord(line));
    if (this.dropped > 0) {
      this.logger.emit({ severityNumber: 13, severityText: 'warn', body: `${this.dropped} log lines were dropped` });
      this.dropped = 0;
    }
  }
}

export function toLogRecord(line: string): LogRecord {
  // The service is the resource's to say.
  const { level, time, msg, service, trace_id, span_id, trace_flags, err, ...rest } = parseLine(line);
  const context = trace_id
    ? trace.setSpanContext(ROOT_CONTEXT, {
        traceId: trace_id,
        spanId: span_id ?? '',
        traceFlags: trace_flags === '01' ? TraceFlags.SAMPLED : TraceFlags.NONE,
      })
    : ROOT_CONTEXT;
  return {
    timestamp: time ? new Date(time) : undefined,
    severityNumber: SEVERITY[level ?? ''],
    severityText: level,
    body: msg,
    attributes: { ...rest, ...(err && exceptionAttributes(err)) },
    context,
  };
}

type Line = Record<string, AnyValue> & {
  level?: string;
  time?: string;
  msg?: string;
  service?: string;
  trace_id?: string;
  span_id?: string;
  trace_flags?: string;
  err?: { type?: string; message?: string; stack?: string };
};

function parseLine(line: string): Line {
  try {
    return JSON.parse(line) as Line;
  } catch {
    return { msg: line.trimEnd() };
  }
}

/** https://opentelemetry.io/docs/specs/semconv/exceptions/exceptions-logs/ */
function exceptionAttributes({ type, message, stack }: NonNullable<Line['err']>): Record<string, AnyValue> {
  return { 'exception.type': type, 'exception.message': message, 'exception.stacktrace': stack };
}
