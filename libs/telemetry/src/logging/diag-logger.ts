import type { DiagLogger } from '@opentelemetry/api';
import type { Logger } from 'pino';
import { redactText } from './redact.js';

/** The same message is written once in this many milliseconds: the SDK repeats itself with every batch. */
const REPEAT_AFTER_MS = 60_000;

/** The SDK's own messages, in the service's log. */
export function createDiagLogger(logger: Logger): DiagLogger {
  const written = new Map<string, number>();
  const write =
    (level: 'error' | 'warn' | 'info' | 'debug' | 'trace') =>
    (message: string, ...details: unknown[]) => {
      const now = Date.now();
      if (now - (written.get(message) ?? -Infinity) < REPEAT_AFTER_MS) return;
      if (written.size >= 100) written.clear();
      written.set(message, now);
      const detail = details.map((item) => (item instanceof Error ? item.message : String(item))).join(' ');
      logger[level](redactText(detail ? `OpenTelemetry: ${message} ${detail}` : `OpenTelemetry: ${message}`));
    };
  return {
    error: write('error'),
    warn: write('warn'),
    info: write('info'),
    debug: write('debug'),
    verbose: write('trace'),
  };
}
