import type { Logger } from 'pino';
import type { ExportObserver } from './export-queue.js';

/** One warning when a destination stops taking spans, one line when it works again, one for what was lost at the end. */
export function createExportLog(logger: Logger): ExportObserver {
  return {
    stopped: (destination, reason, kept) =>
      logger.warn(
        { destination, reason, spans_kept: kept },
        'a destination does not take spans; they are kept for later',
      ),
    resumed: (destination, kept, dropped) =>
      logger.info({ destination, spans_kept: kept, spans_dropped: dropped }, 'a destination takes spans again'),
    lost: (destination, dropped) =>
      logger.warn({ destination, spans_dropped: dropped }, 'spans were not delivered before the process ended'),
  };
}
