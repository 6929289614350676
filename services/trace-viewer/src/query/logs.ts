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
  const read = (conditions: string[], order = '') => {
    const filter = conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : '';
    return readWide(database, logs, FIELDS, `(SELECT * FROM logs ${filter} ${order}) t`, parameters);
  };
  const rows = (await read(where, `ORDER BY time_ns DESC LIMIT ${request.limit + 1}`)).sort(newestFirst);
  const more = rows.length > request.limit;
  // A page ends between two nanoseconds, so that `before` neither repeats nor skips a record: those as old as the one
  // beyond the page belong to the next page. When all are, this page has every one of them, however many.
  const beyond = more ? time(rows.at(-1)!) : -1n;
  let page = rows.filter((row) => time(row) > beyond);
  if (page.length === 0 && more) page = await read([...where, `time_ns = ${beyond}`]);
  return { logs: page.map(toRecord), next_before: more ? formatNs(page.at(-1)!.core['time_ns'] as bigint) : null };
}

const time = (row: WideRow) => row.core['time_ns'] as bigint;
const newestFirst = (a: WideRow, b: WideRow) => (time(b) > time(a) ? 1 : time(b) < time(a) ? -1 : 0);

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
