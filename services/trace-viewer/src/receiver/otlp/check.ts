import type { LogRecord, SpanRecord } from './records.js';

/** What could not be stored of a request that is otherwise fine: OTLP's partial success. */
export interface Rejected {
  count: number;
  reason: string;
}

const MAX_NS = 2n ** 63n - 1n;
const isZero = (id: string) => id.startsWith('0') && /^0+$/.test(id);
const present = (id: string, length: number) => id.length === length && !isZero(id);

function refuseSpan(span: SpanRecord): string | null {
  if (!present(span.traceId, 32)) return 'trace_id must be 16 bytes, not all zero';
  if (!present(span.spanId, 16)) return 'span_id must be 8 bytes, not all zero';
  if (span.parentId !== '' && span.parentId.length !== 16) return 'parent_span_id must be 8 bytes or absent';
  if (span.startNs <= 0n || span.startNs > MAX_NS) return 'start_time_unix_nano is missing or out of range';
  if (span.endNs < 0n || span.endNs > MAX_NS) return 'end_time_unix_nano is out of range';
  return null;
}

function refuseLog(log: LogRecord): string | null {
  if (log.traceId !== '' && log.traceId.length !== 32) return 'trace_id must be 16 bytes or absent';
  if (log.spanId !== '' && log.spanId.length !== 16) return 'span_id must be 8 bytes or absent';
  if (log.timeNs < 0n || log.timeNs > MAX_NS) return 'time_unix_nano is out of range';
  return null;
}

function sift<R>(records: R[], refuse: (record: R) => string | null): { accepted: R[]; rejected: Rejected } {
  const rejected: Rejected = { count: 0, reason: '' };
  const accepted = records.filter((record) => {
    const reason = refuse(record);
    if (reason === null) return true;
    rejected.count++;
    rejected.reason ||= reason;
    return false;
  });
  return { accepted, rejected };
}

const orAbsent = (id: string) => (isZero(id) ? '' : id);

/** Invalid spans are taken out; an all-zero parent id means none. */
export function checkSpans(spans: SpanRecord[]): { accepted: SpanRecord[]; rejected: Rejected } {
  for (const span of spans) span.parentId = orAbsent(span.parentId);
  return sift(spans, refuseSpan);
}

/** Invalid log records are taken out; all-zero ids mean none, a missing time is the observed time or `nowNs`. */
export function checkLogs(logs: LogRecord[], nowNs: bigint): { accepted: LogRecord[]; rejected: Rejected } {
  for (const log of logs) {
    log.traceId = orAbsent(log.traceId);
    log.spanId = orAbsent(log.spanId);
    if (log.timeNs === 0n) log.timeNs = log.observedNs > 0n ? log.observedNs : nowNs;
  }
  return sift(logs, refuseLog);
}
