import type { ListTraces } from '../api/schemas/requests.js';
import type { TraceList } from '../api/schemas/results.js';
import type { TraceSummary } from '../api/schemas/trace.js';
import type { Database, Parameter, Row } from '../store/database.js';
import { unprocessable } from './errors.js';
import { formatNs, parseNs, toMicroseconds } from './time.js';

function toSummary(row: Row): TraceSummary {
  const rootName = row['root_name'];
  return {
    trace_id: String(row['trace_id']),
    start: formatNs(BigInt(row['start_ns']!)),
    duration_us: toMicroseconds(BigInt(row['duration_ns']!)),
    root: rootName == null ? null : { service: String(row['root_service']), name: String(rootName) },
    span_count: Number(row['spans']),
    error_count: Number(row['errors']),
    services: [...new Set(String(row['services']).split('\n'))].sort(),
  };
}

/** Sums the parts of the traces that `ids`, a query for trace ids, answers. */
const summarise = (ids: string) => `
  SELECT trace_id, min(start_ns) AS start_ns, max(end_ns) - min(start_ns) AS duration_ns, sum(spans)::INTEGER AS spans,
    sum(errors)::INTEGER AS errors, min(root_service) AS root_service, min(root_name) AS root_name,
    string_agg(services, chr(10)) AS services
  FROM trace_parts WHERE spans > 0 AND trace_id IN (${ids})
  GROUP BY trace_id ORDER BY start_ns DESC, trace_id DESC`;

export async function summariesOf(database: Database, traceIds: readonly string[]): Promise<TraceSummary[]> {
  if (traceIds.length === 0) return [];
  const ids = traceIds.map((_, i) => `$${i + 1}`).join(', ');
  return (await database.all(summarise(ids), [...traceIds])).map(toSummary);
}

/** A timestamp of a request as nanoseconds; the schema has checked its form, not that such a day exists. */
export function instant(path: string, text: string): bigint {
  const ns = parseNs(text);
  if (ns === null) throw unprocessable(path, 'is not a date');
  return ns;
}

export async function listTraces(database: Database, request: ListTraces): Promise<TraceList> {
  const parameters: Parameter[] = [];
  const parameter = (value: Parameter) => `$${parameters.push(value)}`;
  const having: string[] = [];
  if (request.min_duration_ms !== undefined)
    having.push(`max(end_ns) - min(start_ns) >= ${ns(request.min_duration_ms)}`);
  if (request.max_duration_ms !== undefined)
    having.push(`max(end_ns) - min(start_ns) <= ${ns(request.max_duration_ms)}`);
  if (request.error !== undefined) having.push(`sum(errors) ${request.error ? '> 0' : '= 0'}`);
  if (request.after !== undefined) having.push(`min(start_ns) >= ${instant('after', request.after)}`);
  if (request.before !== undefined) {
    const [time, traceId] = request.before.split(',');
    const before = instant('before', time!);
    const tie = traceId === undefined ? '' : ` OR (min(start_ns) = ${before} AND trace_id < ${parameter(traceId)})`;
    having.push(`(min(start_ns) < ${before}${tie})`);
  }
  const where = ['spans > 0'];
  const spanFilters = ['annotation = 0'];
  if (request.service !== undefined) spanFilters.push(`service = ${parameter(request.service)}`);
  if (request.name !== undefined) spanFilters.push(`name = ${parameter(request.name)}`);
  if (spanFilters.length > 1) where.push(`trace_id IN (SELECT trace_id FROM spans WHERE ${spanFilters.join(' AND ')})`);
  const newest = `
    SELECT trace_id FROM trace_parts WHERE ${where.join(' AND ')} GROUP BY trace_id
    ${having.length > 0 ? `HAVING ${having.join(' AND ')}` : ''}
    ORDER BY min(start_ns) DESC, trace_id DESC LIMIT ${request.limit + 1}`;
  const traces = (await database.all(summarise(newest), parameters)).map(toSummary);
  const more = traces.length > request.limit;
  if (more) traces.length = request.limit;
  const last = traces.at(-1);
  return { traces, next_before: more && last ? `${last.start},${last.trace_id}` : null };
}

/** Milliseconds of a request as an SQL literal of nanoseconds. */
const ns = (ms: number) => BigInt(Math.round(Math.min(ms, 1e12) * 1e6));
