import { TraceFlags, context, isSpanContextValid, trace } from '@opentelemetry/api';
import { type DestinationStream, type Logger, type LoggerOptions, pino, stdSerializers } from 'pino';
import { LogOutput } from './log-output.js';
import { pinoPretty } from './pretty.js';
import { redact, redactText } from './redact.js';

/** The ids of the active span, as the log data model names them. */
export function traceFields(): Record<string, string> | undefined {
  const spanContext = trace.getSpanContext(context.active());
  if (!spanContext || !isSpanContextValid(spanContext)) return undefined;
  return {
    trace_id: spanContext.traceId,
    span_id: spanContext.spanId,
    trace_flags: spanContext.traceFlags & TraceFlags.SAMPLED ? '01' : '00',
  };
}

const OPTIONS: LoggerOptions = {
  timestamp: () => `,"time":"${new Date().toISOString()}"`,
  mixin: () => traceFields() ?? {},
  formatters: {
    level: (label) => ({ level: label }),
    log: (fields) => redact(fields),
  },
  serializers: {
    err: (error: Error) => {
      const plain: unknown = stdSerializers.err(error);
      return redact({ ...(plain as Record<string, unknown>) });
    },
  },
  hooks: {
    logMethod(args, method) {
      const last = args.length - 1;
      if (typeof args[last] === 'string') args[last] = redactText(args[last]);
      method.apply(this, args);
    },
  },
};

/** More than this is written without waiting for the turn to end. */
const HELD_BACK_BYTES = 8 * 1024;

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
    const output = new LogOutput(
      pretty ? pinoPretty() : pino.destination({ fd: 1, sync: true, minLength: HELD_BACK_BYTES }),
    );
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
