import type { Logger } from 'pino';
import { DeliveryQueue } from '../export/delivery-queue.js';
import { createExportLog } from '../export/export-log.js';
import { type LogEvent, MAX_BATCH_EVENTS, countBatch, toLogEvent } from './log-event.js';
import type { LogsApi, PutLogEventsAnswer } from './logs-api.js';
import type { CloudWatchSettings } from './settings.js';

const TIMEOUT_MS = 10_000;
const QUEUE = {
  maxQueueSize: 20_000,
  maxQueueBytes: 8 * 1_048_576,
  maxBatchSize: MAX_BATCH_EVENTS,
  // Put no more often than this into a stream; twice as long at most until a line can be read.
  scheduleDelayMs: 500,
  // With what creates a group and a stream in between.
  exportTimeoutMs: 4 * TIMEOUT_MS,
};

/** Sends the logger's lines to CloudWatch Logs, from a queue of its own; they stay on stdout. */
export class LogShipper {
  readonly queue: DeliveryQueue<LogEvent>;
  private api: Promise<LogsApi> | undefined;

  constructor(
    private readonly settings: CloudWatchSettings,
    logger: Logger,
  ) {
    const delivery = {
      name: `CloudWatch Logs (${settings.group})`,
      deliver: (batch: LogEvent[]) => this.put(batch),
      countBatch,
      sizeOf: ({ bytes }: LogEvent) => bytes,
    };
    this.queue = new DeliveryQueue(delivery, QUEUE, createExportLog(logger, 'lines'));
  }

  readonly sink = (line: string): void => this.queue.push(toLogEvent(line, Date.now()));

  private async put(batch: LogEvent[]): Promise<void> {
    this.api ??= this.load();
    const api = await this.api;
    const { group: logGroupName, stream: logStreamName } = this.settings;
    const logEvents = batch
      .toSorted((a, b) => a.timestamp - b.timestamp)
      .map(({ timestamp, message }) => ({ timestamp, message }));
    const input = { logGroupName, logStreamName, logEvents };
    let answer: PutLogEventsAnswer;
    try {
      answer = await api('PutLogEvents', input);
    } catch (error) {
      if (typeOf(error) !== 'ResourceNotFoundException') throw error;
      await unlessThere(api('CreateLogGroup', { logGroupName }));
      await unlessThere(api('CreateLogStream', { logGroupName, logStreamName }));
      answer = await api('PutLogEvents', input);
    }
    const rejected = countRejected(answer, batch.length);
    if (rejected > 0) this.queue.countDropped(rejected, 'they are too old or too new for it');
  }

  private async load(): Promise<LogsApi> {
    const { createLogsApi } = await import('./logs-api.js');
    return createLogsApi(this.settings.service, TIMEOUT_MS);
  }
}

function typeOf(error: unknown): string | undefined {
  return (error as { type?: string }).type;
}

/** Another process may have been first. */
async function unlessThere(creation: Promise<unknown>): Promise<void> {
  try {
    await creation;
  } catch (error) {
    if (typeOf(error) !== 'ResourceAlreadyExistsException') throw error;
  }
}

function countRejected({ rejectedLogEventsInfo }: PutLogEventsAnswer, size: number): number {
  const {
    tooOldLogEventEndIndex = 0,
    expiredLogEventEndIndex = 0,
    tooNewLogEventStartIndex = size,
  } = rejectedLogEventsInfo ?? {};
  return Math.max(tooOldLogEventEndIndex, expiredLogEventEndIndex) + (size - tooNewLogEventStartIndex);
}
