import { type SpanContext, TraceFlags, context, trace } from '@opentelemetry/api';
import { type DestinationStream, type Logger, type LoggerOptions, pino, stdSerializers } from 'pino';
import { isValid } from '../tracer/checked-span-context.js';
import { writeHeldLines } from './held-lines.js';
import { LogOutput } from './log-output.js';
import { pinoPretty } from './pretty.js';
import { redact, redactText } from './redact.js';

/** The ids of a span, as the log data model names them, as a piece of JSON. */
function traceFields(spanContext: SpanContext | undefined): string {
  if (!isValid(spanContext)) return '';
  const { traceId, spanId, traceFlags } = spanContext;
  return `,"trace_id":"${traceId}","span_id":"${spanId}","trace_flags":"${traceFlags & TraceFlags.SAMPLED ? '01' : '00'}"`;
}

let second = NaN;
let secondText = '';

/** RFC 3339, UTC, with milliseconds. Only the last three digits change within a second. */
function timeText(now: number): string {
  const milliseconds = now % 1_000;
  if (now - milliseconds !== second) {
    second = now - milliseconds;
    secondText = new Date(second).toISOString().slice(0, -4);
  }
  return `${secondText}${milliseconds.toString().padStart(3, '0')}Z`;
}

/** A moment, in milliseconds since the epoch, and the span of which a line is: what follows the level. */
export function timestampOf(time: number, spanContext: SpanContext | undefined): string {
  return `,"time":"${timeText(time)}"${traceFields(spanContext)}`;
}

const OPTIONS: LoggerOptions = {
  // pino puts this text into the line as it is: cheaper than a mixin, whose fields it would have to serialise.
  timestamp: () => timestampOf(Date.now(), trace.getSpanContext(context.active())),
  formatters: {
    level: (label) => ({ level: label }),
    log: (fields) => redact(fields),
  },
  serializers: {
    err: (error: Error) => {
      const plain: unknown = stdSerializers.err(error);
      // The serializer's has a prototype of its own, with fields that JSON would leave out.
      return plain instanceof Object ? redact({ ...plain }) : redact(plain);
    },
  },
  hooks: {
    logMethod(args, method) {
      writeHeldLines();
      for (const [index, arg] of args.entries()) if (typeof arg === 'string') args[index] = redactText(arg);
      method.apply(this, args);
    },
  },
};

let shared: { logger: Logger; output: LogOutput } | undefined;

/**
 * The process's one pino logger: a JSON line per event on stdout, pretty on a terminal during development.
 * LOG_LEVEL sets the least level written (default info).
 */
export function getLogger(): Logger {
  return openSharedLogger().logger;
}

/** Where {@link getLogger} writes, so that its lines can be sent elsewhere too. */
export function getLogOutput(): LogOutput {
  return openSharedLogger().output;
}

function openSharedLogger() {
  if (!shared) {
    const { env, stdout } = process;
    const pretty = stdout.isTTY && env.NODE_ENV !== 'production';
    const output = pretty ? new LogOutput(pinoPretty(), 0) : new LogOutput(pino.destination({ fd: 1, sync: true }));
    shared = { logger: createLogger(env, output), output };
  }
  return shared;
}

export function createLogger(env: NodeJS.ProcessEnv, stream: DestinationStream): Logger {
  const level = env.LOG_LEVEL?.toLowerCase() || 'info';
  const known = level === 'silent' || level in pino.levels.values;
  const logger = pino({ ...OPTIONS, base: { service: env.OTEL_SERVICE_NAME }, level: known ? level : 'info' }, stream);
  if (!known)
    logger.warn(`LOG_LEVEL "${level}" is unknown (trace, debug, info, warn, error, fatal, silent): using info`);
  return logger;
}
