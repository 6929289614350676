import type { TimeWindow } from '../api/schemas/requests.js';
import type { ServiceList } from '../api/schemas/results.js';
import { kindName } from '../store/core-columns.js';
import type { Row } from '../store/database.js';
import { formatNs } from './time.js';
import type { Tables } from './trace.js';
import { instant } from './traces.js';

const BUCKETS = 48;
type Operation = ServiceList['services'][number]['operations'][number];
type Measures = Omit<Operation, 'name' | 'kind'>;

/** log10 of microseconds in sixths, as in the API's histogram. */
const bucketed = `least(${BUCKETS - 1}, floor(log10(greatest(duration_ns / 1000, 1)) * 6))::UTINYINT AS bucket`;
/** A service's own work begins where a request or message comes in, or where a trace begins. */
const isEntry = '(kind IN (2, 5) OR parent_id IS NULL)';
/** Joining all spans with their parents is what takes time: of more than this many, whole traces are sampled. */
const JOINED_SPANS = 50_000;
/** Over integers, and values that occurred: half the cost of interpolating. */
const stats = `
  count(*)::DOUBLE AS n, avg((status = 2)::INTEGER) AS errors, quantile_disc(duration_ns, [0.5, 0.95, 0.99]) AS p`;

export async function listServices({ database, spans }: Tables, window: TimeWindow): Promise<ServiceList> {
  const bounds: string[] = ['annotation = 0'];
  if (window.start_time !== undefined) bounds.push(`start_ns >= ${instant('start_time', window.start_time)}`);
  if (window.end_time !== undefined) bounds.push(`start_ns < ${instant('end_time', window.end_time)}`);
  const where = bounds.join(' AND ');
  const dbColumns = ['db.system.name', 'db.system'].flatMap((name) => {
    const column = spans.attributes.get(name);
    return column?.index == null ? [] : [`a${column.index} IS NOT NULL`];
  });
  const isDb = dbColumns.length > 0 ? `(${dbColumns.join(' OR ')})` : 'false';

  const [range] = await database.all(
    `SELECT min(start_ns) AS s, max(start_ns + duration_ns) AS e, count(*)::INTEGER AS n FROM spans WHERE ${where}`,
  );
  if (range?.['s'] == null) return { start: null, end: null, trace_sample: 1, services: [], edges: [] };
  const every = Math.ceil(Number(range['n']) / JOINED_SPANS);
  const sampled = every === 1 ? where : `${where} AND hash(trace_id) % ${every} = 0`;
  const [operations, entries, times, histograms, edges] = await Promise.all([
    database.all(`SELECT service, name, kind, ${stats} FROM spans WHERE ${where} GROUP BY service, name, kind`),
    database.all(`SELECT service, ${stats} FROM spans WHERE ${where} AND ${isEntry} GROUP BY service`),
    database.all(selfTimes(sampled, isDb, every)),
    database.all(
      `SELECT service, name, kind, ${isEntry} AS entry, ${bucketed}, count(*)::DOUBLE AS n
       FROM spans WHERE ${where} GROUP BY ALL`,
    ),
    database.all(callEdges(sampled)),
  ]);
  // Per second of the time that was asked for, and of the time that the spans cover where none was.
  const from = BigInt(window.start_time === undefined ? range['s'] : instant('start_time', window.start_time));
  const to = BigInt(window.end_time === undefined ? range['e']! : instant('end_time', window.end_time));
  const seconds = Math.max(1e-3, Number(to - from) / 1e9);

  const keyOf = (row: Row) => `${row['service']}\n${row['name']}\n${row['kind']}`;
  const timesOf = new Map(times.map((row) => [keyOf(row), row]));
  const histogramOf = gather(histograms, keyOf);
  const entryHistogramOf = gather(
    histograms.filter((row) => row['entry'] === true),
    (row) => String(row['service']),
  );
  const services = new Map<string, Operation[]>();
  for (const row of operations) {
    const service = String(row['service']);
    const operation = {
      name: String(row['name']),
      kind: kindName(Number(row['kind'])),
      ...toMeasures(row, seconds, timesOf.get(keyOf(row)), histogramOf.get(keyOf(row))),
    };
    services.set(service, [...(services.get(service) ?? []), operation]);
  }
  const entryOf = new Map(entries.map((row) => [String(row['service']), row]));
  const total = (own: Operation[], field: 'self_ms' | 'db_ms' | 'wait_ms') =>
    own.reduce((sum, op) => sum + op[field], 0);
  return {
    start: formatNs(BigInt(range['s'])),
    end: formatNs(BigInt(range['e']!)),
    trace_sample: 1 / every,
    services: [...services].sort().map(([service, own]) => ({
      service,
      ...toMeasures(entryOf.get(service), seconds, undefined, entryHistogramOf.get(service)),
      self_ms: total(own, 'self_ms'),
      db_ms: total(own, 'db_ms'),
      wait_ms: total(own, 'wait_ms'),
      operations: own.sort((a, b) => b.self_ms - a.self_ms),
    })),
    edges: edges.map((row) => ({
      from: String(row['from_service']),
      to: String(row['to_service']),
      calls: Number(row['n']) * every,
      calls_per_s: (Number(row['n']) * every) / seconds,
      error_rate: Number(row['errors']),
      p95_ms: Number(row['p95']),
    })),
  };
}

/**
 * selfTime() as SQL: a parent's children by start, each covering what lies after everything before it, all clipped to
 * the parent. Joined by a 64-bit hash of both ids, several times faster than by the ids.
 */
const selfTimes = (where: string, isDb: string, every: number) => `
  WITH span AS (
      SELECT hash(trace_id, span_id) AS id, hash(trace_id, parent_id) AS parent, parent_id IS NOT NULL AS has_parent,
        service, name, kind, start_ns AS s, start_ns + duration_ns AS e, ${isDb} AS db
      FROM spans WHERE ${where}),
    child AS (
      SELECT p.id, greatest(c.s, p.s) AS s, least(c.e, p.e) AS e, c.db, NOT c.db AND c.kind IN (3, 4) AS waits,
        c.e - c.s AS duration
      FROM span c JOIN span p ON p.id = c.parent AND c.has_parent),
    covered AS (
      SELECT id, sum(greatest(0, e - greatest(s, until))) AS ns, sum(duration) FILTER (db) AS db,
        sum(duration) FILTER (waits) AS waited
      FROM (SELECT *, coalesce(max(e) OVER (PARTITION BY id ORDER BY s ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), s)
              AS until FROM child)
      GROUP BY id)
  SELECT service, name, kind, sum(e - s - coalesce(ns, 0))::DOUBLE * ${every} / 1e6 AS self_ms,
    coalesce(sum(db), 0)::DOUBLE * ${every} / 1e6 AS db_ms, coalesce(sum(waited), 0)::DOUBLE * ${every} / 1e6 AS wait_ms
  FROM (SELECT span.* EXCLUDE (db), covered.ns, covered.db, covered.waited FROM span LEFT JOIN covered USING (id))
  GROUP BY service, name, kind`;

/** Who calls whom: entry spans whose parent is a span of another service. */
const callEdges = (where: string) => `
  WITH callee AS (
      SELECT hash(trace_id, parent_id) AS parent, service, status, duration_ns
      FROM spans WHERE ${where} AND kind IN (2, 5) AND parent_id IS NOT NULL),
    caller AS (SELECT hash(trace_id, span_id) AS id, service FROM spans WHERE ${where} AND kind NOT IN (2, 5))
  SELECT caller.service AS from_service, callee.service AS to_service, count(*)::DOUBLE AS n,
    avg((callee.status = 2)::INTEGER) AS errors, quantile_cont(callee.duration_ns / 1e6, 0.95) AS p95
  FROM callee JOIN caller ON caller.id = callee.parent AND caller.service <> callee.service
  GROUP BY 1, 2 ORDER BY n DESC`;

function gather(rows: Row[], keyOf: (row: Row) => string): Map<string, number[]> {
  const histograms = new Map<string, number[]>();
  for (const row of rows) {
    const key = keyOf(row);
    let histogram = histograms.get(key);
    if (histogram === undefined) histograms.set(key, (histogram = new Array<number>(BUCKETS).fill(0)));
    histogram[Number(row['bucket'])]! += Number(row['n']);
  }
  return histograms;
}

function toMeasures(
  row: Row | undefined,
  seconds: number,
  times: Row | undefined,
  histogram = new Array<number>(BUCKETS).fill(0),
): Measures {
  const [p50 = 0, p95 = 0, p99 = 0] = ((row?.['p'] as unknown as string[] | undefined) ?? []).map(
    (ns) => Number(ns) / 1e6,
  );
  const count = Number(row?.['n'] ?? 0);
  return {
    count,
    rate_per_s: count / seconds,
    error_rate: Number(row?.['errors'] ?? 0),
    p50_ms: p50,
    p95_ms: p95,
    p99_ms: p99,
    self_ms: Number(times?.['self_ms'] ?? 0),
    db_ms: Number(times?.['db_ms'] ?? 0),
    wait_ms: Number(times?.['wait_ms'] ?? 0),
    histogram,
  };
}
