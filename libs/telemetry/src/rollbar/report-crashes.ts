import type { Logger } from 'pino';
import { reportFault } from '../spans/report-fault.js';

/**
 * Reports what ends the process: an error that nobody caught, a rejection that nobody handled. As without this, the
 * process ends with status 1, only after `flush`, which must be bounded.
 */
export function reportCrashes(logger: Logger, flush: () => Promise<void>): void {
  let ending = false;
  process.on('uncaughtException', (error, origin) => {
    logger.fatal({ err: error, origin }, 'the process ends: an error was not caught');
    if (ending) return;
    ending = true;
    reportFault({ error, level: 'critical' });
    void flush().finally(() => process.exit(1));
  });
}
