/** One line. Timestamp in milliseconds since the epoch. */
export interface LogEvent {
  timestamp: number;
  message: string;
  /** As AWS counts it: UTF-8, and 26 bytes for the rest. */
  bytes: number;
}

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html */
export const MAX_BATCH_EVENTS = 10_000;
const MAX_BATCH_BYTES = 1_048_576;
const MAX_BATCH_SPAN_MS = 24 * 3_600_000;
const EVENT_OVERHEAD = 26;
const MAX_MESSAGE_BYTES = MAX_BATCH_BYTES - EVENT_OVERHEAD;

/** A line that is too long for CloudWatch is cut, at a character. */
export function toLogEvent(line: string, timestamp: number): LogEvent {
  const message = line.endsWith('\n') ? line.slice(0, -1) : line;
  const bytes = Buffer.byteLength(message);
  if (bytes <= MAX_MESSAGE_BYTES) return { timestamp, message, bytes: bytes + EVENT_OVERHEAD };
  // In stream mode, half a character at the end is left out.
  const cut = new TextDecoder().decode(Buffer.from(message).subarray(0, MAX_MESSAGE_BYTES), { stream: true });
  return { timestamp, message: cut, bytes: Buffer.byteLength(cut) + EVENT_OVERHEAD };
}

/** How many of the first events may go together. */
export function countBatch(events: readonly LogEvent[]): number {
  let bytes = 0;
  let [earliest, latest] = [Infinity, -Infinity];
  for (const [index, event] of events.entries()) {
    bytes += event.bytes;
    earliest = Math.min(earliest, event.timestamp);
    latest = Math.max(latest, event.timestamp);
    if (bytes > MAX_BATCH_BYTES || latest - earliest >= MAX_BATCH_SPAN_MS) return index;
  }
  return events.length;
}
