import type { Dataset, QuerySpec } from '../api/schemas/query.js';
import type { QueryResult } from '../api/schemas/results.js';
import type { Row } from '../store/database.js';
import { compileHavings, compileOrder, inFlight, isRate, type Plan, planCalculations, Values } from './calculations.js';
import { type Datasets, Statement, TIME, typeName } from './columns.js';
import { compileFilters } from './filters.js';
import { emptyCounts, type Scale, scaleFor } from './heatmap.js';
import { formatNs } from './time.js';
import { type TimeRange, timeRange } from './time-range.js';

type Cell = QueryResult['rows'][number][string];
type Data = Record<string, Cell>;
type ColumnInfo = QueryResult['columns'][number];

/** More lines than this nobody tells apart. */
const SERIES_GROUPS = 100;

/** One statement's inner SELECT: time, breakdowns g0.. and aggregated columns v0.. of the rows that match. */
export function compileInner(statement: Statement, spec: QuerySpec, range: TimeRange) {
  const time = TIME[statement.dataset];
  const groups = spec.breakdowns.map((name, i) => statement.column(`breakdowns[${i}]`, name));
  const values = new Values(statement);
  const plans = planCalculations(spec, values, range, statement.dataset);
  const filters = compileFilters(statement, spec.filters, spec.filter_combination);
  const select = [`${time} AS tm`, ...groups.map(({ sql }, i) => `${sql} AS g${i}`), ...values.sql];
  const within = `${time} >= ${range.startNs} AND ${time} < ${range.endNs}`;
  const inner = `(SELECT ${select.join(', ')} FROM ${statement.from} WHERE ${within} AND ${filters})`;
  return { inner, plans, groups };
}

/** Runs a Query Specification. Throws UnprocessableError, naming the field. */
export async function runQuery(datasets: Datasets, dataset: Dataset, spec: QuerySpec): Promise<QueryResult> {
  const began = performance.now();
  const range = timeRange(spec, Date.now());
  const statement = new Statement(datasets, dataset);
  const { inner, plans, groups } = compileInner(statement, spec, range);
  const keys = spec.breakdowns.map((_, i) => `g${i}`);
  const aggregates = plans.flatMap((plan, i) => (plan.sql === null ? [] : [`${plan.sql} AS c${i}`]));
  const having = compileHavings(spec, plans, statement);
  const limits = plans.flatMap(({ op, value }, i) =>
    op === 'HEATMAP' ? [`min(${value}) AS lo${i}`, `max(${value}) AS hi${i}`] : [],
  );
  const select = [...keys, ...aggregates, ...limits, 'count(*)::DOUBLE AS n'].join(', ');
  const grouping = keys.length > 0 ? `GROUP BY ${keys.join(', ')}` : '';
  const found = await datasets.database.all(
    `SELECT ${select} FROM ${inner} ${grouping} ${having} ${keys.length > 0 ? compileOrder(spec, plans) : ''}
     LIMIT ${spec.limit + 1}`,
    statement.parameters,
  );
  if (keys.length === 0) compileOrder(spec, plans);
  const truncated = found.length > spec.limit;
  const top = found.slice(0, spec.limit);
  const labels = (row: Row): Data =>
    Object.fromEntries([
      ...spec.breakdowns.map((name, i) => [name, row[`g${i}`] ?? null]),
      ...plans.map(({ label }, i) => [label, row[`c${i}`] ?? null]),
    ]) as Data;
  const columns: ColumnInfo[] = [
    ...groups.map(({ name, type }): ColumnInfo => ({ name, type: typeName(type), role: 'breakdown' })),
    ...plans.map(({ label, op }): ColumnInfo => {
      return { name: label, type: op === 'HEATMAP' ? 'heatmap' : 'number', role: 'calculation' };
    }),
  ];
  const result: QueryResult = {
    columns,
    rows: top.map(labels),
    series: [],
    start_time: formatNs(range.startNs),
    end_time: formatNs(range.endNs),
    granularity: range.granularityS,
    truncated,
    elapsed_ms: 0,
  };
  if (top.some((row) => Number(row['n']) > 0)) await addSeries(datasets, dataset, spec, range, top, result);
  result.elapsed_ms = Math.round((performance.now() - began) * 100) / 100;
  return result;
}

/** A second pass, now that the groups are known: per time bucket, only for the groups shown. */
async function addSeries(
  datasets: Datasets,
  dataset: Dataset,
  spec: QuerySpec,
  range: TimeRange,
  top: Row[],
  result: QueryResult,
): Promise<void> {
  const shown = top.slice(0, SERIES_GROUPS);
  const series = new Map<string, { bucket: number; group: number; data: Data }>();
  const point = (row: Row) => {
    const [bucket, group] = [Number(row['bucket']), Number(row['k'])];
    const key = `${bucket} ${group}`;
    let entry = series.get(key);
    if (entry === undefined) {
      const names = spec.breakdowns.map((name) => [name, result.rows[group]?.[name] ?? null] as const);
      series.set(key, (entry = { bucket, group, data: Object.fromEntries(names) }));
    }
    return entry.data;
  };

  const { sql, plans, parameters } = bucketed(datasets, dataset, spec, range, shown);
  // A span may be in flight over several buckets: that is counted apart.
  const simple = plans.map((plan) => (plan.op === 'CONCURRENCY' ? { ...plan, sql: null } : plan));
  const aggregates = simple.flatMap((plan, i) => (plan.sql === null ? [] : [`${plan.sql} AS c${i}`]));
  if (aggregates.length > 0) {
    const rows = await datasets.database.all(
      `SELECT bucket, k, ${aggregates.join(', ')} FROM ${sql} GROUP BY bucket, k`,
      parameters,
    );
    for (const row of rows)
      simple.forEach((plan, i) => plan.sql !== null && (point(row)[plan.label] = row[`c${i}`] ?? null));
  }
  const concurrency = plans.find(({ op }) => op === 'CONCURRENCY');
  if (concurrency) {
    const rows = await datasets.database.all(inFlightSql(concurrency.value!, sql, range), parameters);
    for (const row of rows) point(row)[concurrency.label] = row['n'] ?? null;
  }
  for (const [i, plan] of plans.entries()) {
    if (plan.op !== 'HEATMAP') continue;
    const limits = (name: string) =>
      top
        .map((row) => row[name + i])
        .filter((limit) => limit != null)
        .map(Number);
    const scale = scaleFor(Math.min(...limits('lo')), Math.max(...limits('hi')));
    if (limits('lo').length === 0) continue;
    await addHeatmap({ datasets, sql, parameters, plan, scale, result, point });
    result.columns.find(({ name }) => name === plan.label)!.edges = scale.edges;
  }
  const sorted = [...series.values()].sort((a, b) => a.bucket - b.bucket || a.group - b.group);
  for (const plan of plans.filter(isRate)) addRate(plan, sorted, range, result);
  const timeOf = (bucket: number) => formatNs(range.startNs + BigInt(bucket * range.granularityS) * 1_000_000_000n);
  result.series = sorted.map(({ bucket, data }) => ({ time: timeOf(bucket), data }));
}

function bucketed(datasets: Datasets, dataset: Dataset, spec: QuerySpec, range: TimeRange, shown: Row[]) {
  const statement = new Statement(datasets, dataset);
  const { inner, plans, groups } = compileInner(statement, spec, range);
  const bucket = `((tm - ${range.startNs}) // ${range.granularityS * 1e9})::INTEGER AS bucket`;
  if (groups.length === 0)
    return { sql: `(SELECT *, ${bucket}, 0 AS k FROM ${inner})`, plans, parameters: statement.parameters };
  const tuples = shown.map(
    (row, k) => `(${k}, ${groups.map(({ type }, i) => `${statement.bind(row[`g${i}`] ?? null)}::${type}`).join(', ')})`,
  );
  const names = groups.map((_, i) => `h${i}`);
  const on = groups.map((_, i) => `g${i} IS NOT DISTINCT FROM h${i}`).join(' AND ');
  const join = `JOIN (VALUES ${tuples.join(', ')}) wanted(k, ${names.join(', ')}) ON ${on}`;
  return { sql: `(SELECT *, ${bucket} FROM ${inner} ${join})`, plans, parameters: statement.parameters };
}

/** Spans in flight at a time, on average over each bucket that they reach into. */
function inFlightSql(value: string, rows: string, { startNs, endNs, granularityS }: TimeRange): string {
  const stepNs = BigInt(granularityS) * 1_000_000_000n;
  const last = (endNs - startNs - 1n) / stepNs;
  const from = `${startNs} + bucket * ${stepNs}`;
  return `
    SELECT bucket, k, ${inFlight(value, from, `${from} + ${stepNs}`)} / ${stepNs} AS n
    FROM (SELECT k, tm, ${value},
        unnest(range(bucket, least(${last}, (tm + ${value} * 1e6 - ${startNs})::BIGINT // ${stepNs}) + 1)) AS bucket
      FROM ${rows} WHERE ${value} IS NOT NULL)
    GROUP BY bucket, k`;
}

async function addHeatmap(heat: {
  datasets: Datasets;
  sql: string;
  parameters: Statement['parameters'];
  plan: Plan;
  scale: Scale;
  result: QueryResult;
  point: (row: Row) => Data;
}): Promise<void> {
  const { plan, result, point } = heat;
  const cells = await heat.datasets.database.all(
    `SELECT bucket, k, ${heat.scale.bucket(plan.value!)} AS y, count(*)::DOUBLE AS n FROM ${heat.sql}
     WHERE ${plan.value} IS NOT NULL GROUP BY ALL`,
    heat.parameters,
  );
  const add = (data: Data, row: Row) => {
    const counts = (data[plan.label] ??= emptyCounts()) as number[];
    counts[Number(row['y'])]! += Number(row['n']);
  };
  for (const row of cells) {
    add(point(row), row);
    add(result.rows[Number(row['k'])]!, row);
  }
}

/** Change per second from one point to the next; the first point of a group has none. */
function addRate(
  { label }: Plan,
  sorted: { bucket: number; group: number; data: Data }[],
  { granularityS }: TimeRange,
  result: QueryResult,
): void {
  const last = new Map<number, { bucket: number; value: number }>();
  const first = new Map<number, { bucket: number; value: number }>();
  for (const { bucket, group, data } of sorted) {
    const value = data[label];
    const before = last.get(group);
    data[label] = null;
    if (typeof value !== 'number') continue;
    if (before) data[label] = (value - before.value) / ((bucket - before.bucket) * granularityS);
    else first.set(group, { bucket, value });
    last.set(group, { bucket, value });
  }
  result.rows.forEach((row, group) => {
    const [from, to] = [first.get(group), last.get(group)];
    const known = from && to && to.bucket > from.bucket;
    row[label] = known ? (to.value - from.value) / ((to.bucket - from.bucket) * granularityS) : null;
  });
}
