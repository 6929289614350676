import type { TimeWindow } from '../api/schemas/requests.js';
import type { ServiceList } from '../api/schemas/results.js';
import { kindName } from '../store/core-columns.js';
import type { Database, Row } from '../store/database.js';
import { Latencies, STEP_SQL } from './latencies.js';
import { formatNs } from './time.js';
import type { Tables } from './trace.js';
import { instant } from './traces.js';

type Operation = ServiceList['services'][number]['operations'][number];

/** A service's own work begins where a request or message comes in, or where a trace begins. */
const isEntry = '(kind IN (2, 5) OR parent_id IS NULL)';
/** Joining all spans with their parents is what takes time: of more than this many, whole traces are sampled. */
const JOINED_SPANS = 25_000;

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
  const [counted, joined] = await Promise.all([count(database, where), database.all(familySql(sampled, isDb))]);
  // Per second of the time that was asked for, and of the time that the spans cover where none was.
  const from = BigInt(window.start_time === undefined ? range['s'] : instant('start_time', window.start_time));
  const to = BigInt(window.end_time === undefined ? range['e']! : instant('end_time', window.end_time));
  const seconds = Math.max(1e-3, Number(to - from) / 1e9);

  const timesOf = new Map(joined.filter(({ callee }) => callee === null).map((row) => [keyOf(row), row]));
  const toOperation = ({ service, name, kind, latencies }: Counted): Operation => {
    const times = timesOf.get(keyOf({ service, name, kind }));
    const ms = (field: string) => (Number(times?.[field] ?? 0) * every) / 1e6;
    return {
      name,
      kind: kindName(kind),
      ...latencies.measures(seconds),
      self_ms: ms('self_ns'),
      db_ms: ms('db_ns'),
      wait_ms: ms('wait_ns'),
    };
  };
  const services = [...counted.entries].sort().map(([service, entry]) => {
    const operations = counted.operations.filter((operation) => operation.service === service).map(toOperation);
    const total = (field: 'self_ms' | 'db_ms' | 'wait_ms') => operations.reduce((sum, op) => sum + op[field], 0);
    return {
      service,
      ...entry.measures(seconds),
      self_ms: total('self_ms'),
      db_ms: total('db_ms'),
      wait_ms: total('wait_ms'),
      operations: operations.sort((a, b) => b.self_ms - a.self_ms),
    };
  });
  const edges = joined
    .filter(({ callee }) => callee !== null)
    .map((row) => ({
      from: String(row['service']),
      to: String(row['callee']),
      calls: Number(row['n']) * every,
      calls_per_s: (Number(row['n']) * every) / seconds,
      error_rate: Number(row['errors']),
      p95_ms: Number(row['p95_ns']) / 1e6,
    }));
  return {
    start: formatNs(BigInt(range['s'])),
    end: formatNs(BigInt(range['e']!)),
    trace_sample: 1 / every,
    services,
    edges: edges.sort((a, b) => b.calls - a.calls),
  };
}

const keyOf = (row: Row) => `${row['service']}\n${row['name']}\n${row['kind']}`;

interface Counted {
  service: string;
  name: string;
  kind: number;
  latencies: Latencies;
}

/** The latencies of each operation, and of each service's entry spans, from one pass over the spans. */
async function count(database: Database, where: string) {
  // Column-wise: thousands of rows of a few numbers.
  const { values } = await database.columns(
    `SELECT service, name, kind, ${isEntry} AS entry, ${STEP_SQL} AS step, count(*)::DOUBLE, avg(duration_ns),
       count(*) FILTER (status = 2)::DOUBLE
     FROM spans WHERE ${where} GROUP BY service, name, kind, entry, step`,
  );
  const [services, names, kinds, isEntries, steps, counts, means, errors] = values as [
    string[],
    string[],
    number[],
    boolean[],
    number[],
    number[],
    number[],
    number[],
  ];
  const operations = new Map<string, Counted>();
  const entries = new Map<string, Latencies>();
  services.forEach((service, i) => {
    const [name, kind] = [names[i]!, kinds[i]!];
    const key = keyOf({ service, name, kind });
    let operation = operations.get(key);
    if (operation === undefined) operations.set(key, (operation = { service, name, kind, latencies: new Latencies() }));
    let entry = entries.get(service);
    if (entry === undefined) entries.set(service, (entry = new Latencies()));
    for (const latencies of isEntries[i] ? [operation.latencies, entry] : [operation.latencies])
      latencies.add(steps[i]!, counts[i]!, means[i]!, errors[i]!);
  });
  return { operations: [...operations.values()], entries };
}

/**
 * All that needs both a span and its parent, from one join. Joined by a 64-bit hash of both ids, several times faster
 * than by the ids. First rows of times: selfTime() as SQL (a parent's children by start, each covering what lies after
 * everything before it, all clipped to the parent) with the time in databases and in other services. Then, with a
 * callee, who calls whom: entry spans whose parent is a span of another service.
 */
const familySql = (where: string, isDb: string) => `
  WITH span AS MATERIALIZED (
      SELECT hash(trace_id, span_id) AS id, CASE WHEN parent_id IS NOT NULL THEN hash(trace_id, parent_id) END AS parent,
        service, name, kind, start_ns AS s, start_ns + duration_ns AS e, ${isDb} AS db, status
      FROM spans WHERE ${where}),
    child AS MATERIALIZED (
      SELECT p.id AS parent, p.service, p.name, p.kind, greatest(c.s, p.s) AS s, least(c.e, p.e) AS e,
        c.e - c.s AS duration, c.db, c.service AS callee, c.kind AS callee_kind, c.status
      FROM span c JOIN span p ON p.id = c.parent),
    part AS (
      SELECT service, name, kind, e - s AS self, NULL AS db, NULL AS waited FROM span
      UNION ALL
      SELECT service, name, kind, -greatest(0, e - greatest(s, coalesce(max(e) OVER before, s))),
        CASE WHEN db THEN duration END, CASE WHEN NOT db AND callee_kind IN (3, 4) THEN duration END
      FROM child
      WINDOW before AS (PARTITION BY parent ORDER BY s ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING))
  SELECT service, name, kind, NULL AS callee, sum(self)::DOUBLE AS self_ns, sum(db)::DOUBLE AS db_ns,
    sum(waited)::DOUBLE AS wait_ns, NULL AS n, NULL AS errors, NULL AS p95_ns
  FROM part GROUP BY service, name, kind
  UNION ALL
  SELECT service, NULL, NULL, callee, NULL, NULL, NULL, count(*)::DOUBLE, avg((status = 2)::INTEGER),
    quantile_disc(duration, 0.95)::DOUBLE
  FROM child WHERE callee_kind IN (2, 5) AND kind NOT IN (2, 5) AND callee <> service
  GROUP BY service, callee`;
