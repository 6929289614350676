import type { LogRecord, SpanRecord } from '../receiver/otlp/records.js';
import { toText } from '../receiver/otlp/values.js';
import type { Database } from './database.js';

/** Values of one statement's IN. */
const AT_ONCE = 1000;

export const bodyText = ({ body }: LogRecord): string | null => (body === null ? null : toText(body));

/** Those whose ids the store does not have, each once. */
export async function withoutStoredSpans(database: Database, spans: SpanRecord[]): Promise<SpanRecord[]> {
  const stored = new Set<string>();
  for (const { list, values } of inGroups(spans.map(({ traceId }) => traceId)))
    await database.inChunks(
      `SELECT trace_id, span_id FROM spans WHERE annotation = 0 AND trace_id IN (${list})`,
      values,
      ([traceIds, spanIds]) =>
        traceIds!.forEach((traceId, i) => stored.add(`${String(traceId)}${String(spanIds![i])}`)),
    );
  return spans.filter(({ traceId, spanId }) => {
    const key = traceId + spanId;
    return !stored.has(key) && stored.add(key);
  });
}

/** Log records have no ids: of those with the same time, span and text the store's are left out. */
export async function withoutStoredLogs(database: Database, logs: LogRecord[]): Promise<LogRecord[]> {
  const stored = new Map<string, number>();
  for (const { list, values } of inGroups(logs.map(({ timeNs }) => String(timeNs))))
    await database.inChunks(
      `SELECT time_ns, trace_id, span_id, body FROM logs WHERE time_ns IN (${list})`,
      values,
      ([times, traceIds, spanIds, bodies]) =>
        times!.forEach((time, i) => {
          const one = logKey([time, traceIds![i], spanIds![i], bodies![i]]);
          stored.set(one, (stored.get(one) ?? 0) + 1);
        }),
    );
  return logs.filter((log) => {
    const one = logKey([log.timeNs, log.traceId, log.spanId, bodyText(log)]);
    const left = stored.get(one) ?? 0;
    if (left > 0) stored.set(one, left - 1);
    return left === 0;
  });
}

/** Of a row or of a record: absent is null in the one and empty in the other. */
const logKey = (parts: unknown[]): string => JSON.stringify(parts.map((part) => `${(part ?? '') as string}`));

function* inGroups(all: string[]): Generator<{ list: string; values: string[] }> {
  const distinct = [...new Set(all)];
  for (let i = 0; i < distinct.length; i += AT_ONCE) {
    const values = distinct.slice(i, i + AT_ONCE);
    yield { list: values.map((_, n) => `$${n + 1}`).join(', '), values };
  }
}
