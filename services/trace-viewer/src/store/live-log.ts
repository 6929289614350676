import type { LogRecord } from '../api/schemas/results.js';
import { formatNs } from '../query/time.js';
import type * as otlp from '../receiver/otlp/records.js';
import { toKeyValues, toPlain, toText } from '../receiver/otlp/values.js';
import { levelOf } from './severity.js';

/** A record just received in the form in which it will be read back. */
export function liveLog(log: otlp.LogRecord): LogRecord {
  const { resource } = log.source;
  const at = resource.indexOf('service.name');
  return {
    time: formatNs(log.timeNs),
    trace_id: log.traceId || null,
    span_id: log.spanId || null,
    service: at === -1 ? 'unknown_service' : toText(resource[at + 1]!),
    level: levelOf(log.severity),
    body: log.body === null ? '' : toText(log.body),
    attributes: Object.fromEntries(toKeyValues(log.attributes).map(({ key, value }) => [key, toPlain(value)])),
  };
}
