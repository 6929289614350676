import type { Logger } from 'pino';
import type { ExportObserver } from './delivery-queue.js';

/**
 * One warning when a destination stops taking them, one line when it works again, one for what was lost at the end.
 *
 * @param items what they are, in the messages and in the names of the counts
 */
export function createExportLog(logger: Logger, items: 'spans' | 'lines' | 'errors' = 'spans'): ExportObserver {
  const [kept, dropped] = [`${items}_kept`, `${items}_dropped`];
  return {
    stopped: (destination, reason, count) =>
      logger.warn(
        { destination, reason, [kept]: count },
        `a destination does not take ${items}; they are kept for later`,
      ),
    resumed: (destination, keptCount, droppedCount) =>
      logger.info({ destination, [kept]: keptCount, [dropped]: droppedCount }, `a destination takes ${items} again`),
    lost: (destination, count) =>
      logger.warn({ destination, [dropped]: count }, `${items} were not delivered before the process ended`),
  };
}
