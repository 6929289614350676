import type { ListLogs } from '../api/schemas/requests.js';
import type { LogList, LogRecord } from '../api/schemas/results.js';
import type { Parameter } from '../store/database.js';
import { levelOf, severityOf } from '../store/severity.js';
import { plainAttributes, readWide, type WideRow } from './row-attributes.js';
import { formatNs } from './time.js';
import type { Tables } from './trace.js';
import { instant } from './traces.js';

const FIELDS = ['trace_id', 'span_id', 'service', 'time_ns', 'severity', 'body'];

export async function listLogs({ database, logs }: Tables, request: ListLogs): Promise<LogList> {
  const parameters: Parameter[] = [];
  const parameter = (value: Parameter) => `$${parameters.push(value)}`;
  const where: string[] = [];
  if (request.service !== undefined) where.push(`service = ${parameter(request.service)}`);
  if (request.level !== undefined) where.push(`severity >= ${severityOf(request.level)}`);
  if (request.trace_id !== undefined) where.push(`trace_id = ${parameter(request.trace_id)}`);
  if (request.after !== undefined) where.push(`time_ns >= ${instant('after', request.after)}`);
  if (request.before !== undefined) where.push(`time_ns < ${instant('before', request.before)}`);
  if (request.search !== undefined && request.search !== '') {
    const needle = `lower(${parameter(request.search)}::VARCHAR)`;
    const texts = logs.attributes.columns.filter(({ type }) => type === 'VARCHAR').map(({ index }) => `a${index}`);
    where.push(`(${['body', 'rest', ...texts].map((column) => `contains(lower(${column}), ${needle})`).join(' OR ')})`);
  }
  // A page ends at the last whole nanosecond bucket, so that `before` neither repeats nor skips a record.
  const filter = where.length > 0 ? `WHERE ${where.join(' AND ')}` : '';
  const from = `(SELECT * FROM logs ${filter} ORDER BY time_ns DESC LIMIT ${request.limit + 1}) t`;
  const rows = (await readWide(database, logs, FIELDS, from, parameters)).sort(newestFirst);
  const more = rows.length > request.limit;
  const page = more ? withoutTornTie(rows) : rows;
  return { logs: page.map(toRecord), next_before: more ? formatNs(page.at(-1)!.core['time_ns'] as bigint) : null };
}

const time = (row: WideRow) => row.core['time_ns'] as bigint;
const newestFirst = (a: WideRow, b: WideRow) => (time(b) > time(a) ? 1 : time(b) < time(a) ? -1 : 0);

/** `rows` has one more than the page: records as old as that one belong to the next page, unless all are. */
function withoutTornTie(rows: WideRow[]): WideRow[] {
  const next = time(rows.at(-1)!);
  const page = rows.filter((row) => time(row) > next);
  return page.length > 0 ? page : rows.slice(0, -1);
}

function toRecord({ core, attributes }: WideRow): LogRecord {
  return {
    time: formatNs(core['time_ns'] as bigint),
    trace_id: core['trace_id'] as string | null,
    span_id: core['span_id'] as string | null,
    service: core['service'] as string,
    level: levelOf(core['severity'] as number),
    body: (core['body'] ?? '') as string,
    attributes: plainAttributes(attributes),
  };
}
