import type { BubbleUpRequest } from '../api/schemas/bubble-up.js';
import type { BubbleUpResult } from '../api/schemas/results.js';
import type { CoreColumn } from '../store/core-columns.js';
import { type Datasets, Statement, typeName } from './columns.js';
import { compileFilters } from './filters.js';
import { instant } from './traces.js';

/** Enough to rank by, on either side of the selection; the newest are taken. */
const SAMPLE = 5000;
const VALUES = 40;
/** A number with more values than this is shown in ranges. */
const DISTINCT = 30;
/** Identifiers differ in every trace, and the selection is made by time and duration: neither explains anything. */
const CORE = ['name', 'service.name', 'span.kind', 'status_code', 'status_message', 'error', 'library.name'];

/** How often each value occurs in the selected traces, and how often in the others. */
export async function bubbleUp(datasets: Datasets, request: BubbleUpRequest): Promise<BubbleUpResult> {
  const ranges = await numericRanges(datasets, request);
  const statement = new Statement(datasets, 'spans');
  const columns = candidates(datasets, statement);
  const sample = compileSample(statement, request);
  const cells = columns.map((column, i) => `${asCell(column, ranges.get(column.name))} AS c${i}`);
  const names = columns.map((_, i) => `c${i}`).join(', ');
  const scope = request.whole_traces ? '' : 'AND t.parent_id IS NULL';
  const counted = `
    WITH ${sample},
      cell AS (
        SELECT r.trace_id, r.selected, ${cells.join(', ')}
        FROM ${statement.from} JOIN root r ON r.trace_id = t.trace_id WHERE t.annotation = 0 ${scope}),
      tally AS (
        SELECT name, value, count(DISTINCT trace_id) FILTER (selected) AS inside,
          count(DISTINCT trace_id) FILTER (NOT selected) AS outside
        FROM (UNPIVOT cell ON ${names} INTO NAME name VALUE value) GROUP BY name, value)
    SELECT name, value, inside::DOUBLE AS inside, outside::DOUBLE AS outside FROM tally
    QUALIFY row_number() OVER (PARTITION BY name ORDER BY inside DESC, outside DESC) <= ${VALUES}
      OR row_number() OVER (PARTITION BY name ORDER BY outside DESC) <= ${VALUES}`;
  const totalStatement = new Statement(datasets, 'spans');
  const totals = `WITH ${compileSample(totalStatement, request)}
    SELECT (count(*) FILTER (selected))::DOUBLE AS inside, (count(*) FILTER (NOT selected))::DOUBLE AS outside FROM root`;
  const [rows, [total]] = await Promise.all([
    datasets.database.all(counted, statement.parameters),
    datasets.database.all(totals, totalStatement.parameters),
  ]);
  const result: BubbleUpResult = {
    selection_count: Number(total?.['inside'] ?? 0),
    baseline_count: Number(total?.['outside'] ?? 0),
    columns: [],
  };
  columns.forEach(({ name, type }, i) => {
    const own = rows.filter((row) => row['name'] === `c${i}`);
    const tally = (side: 'inside' | 'outside') =>
      own
        .map((row) => ({ value: fromCell(String(row['value']), type), count: Number(row[side]) }))
        .filter(({ count }) => count > 0)
        .sort((a, b) => b.count - a.count);
    if (own.length > 0)
      result.columns.push({
        column: name,
        type: typeName(type),
        selection: tally('inside'),
        baseline: tally('outside'),
      });
  });
  return result;
}

function candidates(datasets: Datasets, statement: Statement): CoreColumn[] {
  const attributes = [...datasets.spans.attributes.columns, ...datasets.sources.attributes.columns];
  const names = [...CORE, ...attributes.map(({ name }) => name)];
  return [...new Set(names)].map((name) => statement.column('columns', name));
}

/** `root`: the sampled root spans' traces, each inside the box or not. */
function compileSample(statement: Statement, request: BubbleUpRequest): string {
  const { selection } = request;
  const filters = compileFilters(statement, request.filters, 'AND');
  const longest =
    selection.max_duration_ms === null ? '' : `AND t.duration_ns <= ${nanoseconds(selection.max_duration_ms)}`;
  return `
    matching AS (
      SELECT t.trace_id, t.start_ns,
        t.start_ns >= ${instant('selection.start', selection.start)}
        AND t.start_ns < ${instant('selection.end', selection.end)}
        AND t.duration_ns >= ${nanoseconds(selection.min_duration_ms)} ${longest} AS selected
      FROM ${statement.from}
      WHERE t.annotation = 0 AND t.parent_id IS NULL AND t.start_ns >= ${instant('start', request.start)}
        AND t.start_ns < ${instant('end', request.end)} AND ${filters}),
    root AS (
      SELECT trace_id, bool_or(selected) AS selected FROM matching GROUP BY trace_id
      QUALIFY row_number() OVER (PARTITION BY bool_or(selected) ORDER BY max(start_ns) DESC) <= ${SAMPLE})`;
}

const nanoseconds = (ms: number) => BigInt(Math.round(Math.min(ms, 1e12) * 1e6));

/** Inner edges of ten ranges, for each number that has too many values to list. */
async function numericRanges(datasets: Datasets, request: BubbleUpRequest): Promise<Map<string, number[]>> {
  const statement = new Statement(datasets, 'spans');
  const numbers = candidates(datasets, statement).filter(({ type }) => type === 'DOUBLE');
  if (numbers.length === 0) return new Map();
  const tenths = '[0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]';
  const select = numbers.map(
    ({ sql }, i) => `approx_count_distinct(${sql})::DOUBLE AS d${i}, quantile_disc(${sql}, ${tenths}) AS q${i}`,
  );
  const sample = compileSample(statement, request);
  const scope = request.whole_traces ? '' : 'AND t.parent_id IS NULL';
  const [row] = await datasets.database.all(
    `WITH ${sample} SELECT ${select.join(', ')} FROM ${statement.from} JOIN root r ON r.trace_id = t.trace_id
     WHERE t.annotation = 0 ${scope}`,
    statement.parameters,
  );
  const many = numbers.flatMap(({ name }, i) => {
    const edges = row?.[`q${i}`] as unknown as number[] | null;
    return edges && Number(row![`d${i}`]) > DISTINCT ? [[name, [...new Set(edges)]] as [string, number[]]] : [];
  });
  return new Map(many);
}

/** Values as text: UNPIVOT needs one type. */
function asCell({ sql, type }: CoreColumn, edges: number[] | undefined): string {
  if (type !== 'DOUBLE' || !edges) return `(${sql})::VARCHAR`;
  const cases = edges.map((edge, i) => {
    const from = i === 0 ? '(-∞' : `[${edges[i - 1]}`;
    return `WHEN ${sql} < ${edge}::DOUBLE THEN '${from}, ${edge})'`;
  });
  return `CASE WHEN ${sql} IS NULL THEN NULL ${cases.join(' ')} ELSE '[${edges.at(-1)}, ∞)' END`;
}

function fromCell(text: string, type: CoreColumn['type']): string | number | boolean {
  if (type === 'BOOLEAN') return text === 'true';
  const number = type === 'DOUBLE' ? Number(text) : NaN;
  return Number.isNaN(number) ? text : number;
}
