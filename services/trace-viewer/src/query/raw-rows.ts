import type { Dataset, QuerySpec } from '../api/schemas/query.js';
import type { QueryRows } from '../api/schemas/results.js';
import type { TraceSummary } from '../api/schemas/trace.js';
import { toPlain } from '../receiver/otlp/values.js';
import { CORE, type Datasets, Statement, TIME } from './columns.js';
import { compileFilters } from './filters.js';
import { plainAttributes, readWide } from './row-attributes.js';
import { formatNs } from './time.js';
import { timeRange } from './time-range.js';
import { readSources } from './trace.js';
import { summariesOf } from './traces.js';

function matching(datasets: Datasets, dataset: Dataset, spec: QuerySpec) {
  const statement = new Statement(datasets, dataset);
  const range = timeRange(spec, Date.now());
  const filters = compileFilters(statement, spec.filters, spec.filter_combination);
  const time = TIME[dataset];
  return { statement, time, where: `${time} >= ${range.startNs} AND ${time} < ${range.endNs} AND ${filters}` };
}

/** The newest rows that a query counts, with all their columns. */
export async function queryRows(datasets: Datasets, dataset: Dataset, spec: QuerySpec): Promise<QueryRows> {
  const { statement, time, where } = matching(datasets, dataset, spec);
  const core = CORE[dataset].map(({ name }) => statement.column('columns', name));
  const aliases = core.map(({ sql }, i) => `${sql} AS c${i}`).join(', ');
  const from = `(SELECT t.*, ${time} AS tm, ${aliases} FROM ${statement.from} WHERE ${where}
    ORDER BY ${time} DESC LIMIT ${spec.limit}) t`;
  const fields = ['source', 'tm', ...core.map((_, i) => `c${i}`)];
  const rows = await readWide(datasets.database, datasets[dataset], fields, from, statement.parameters);
  const sources = await readSources(datasets.database, rows);
  const newest = rows.sort((a, b) => ((b.core['tm'] as bigint) > (a.core['tm'] as bigint) ? 1 : -1));
  return {
    rows: newest.map((row) => {
      const resource = sources.get(row.core['source'] as number)?.resource ?? [];
      const own = core.map(({ name }, i) => [name, row.core[`c${i}`]] as const).filter(([, value]) => value !== null);
      return {
        time: formatNs(row.core['tm'] as bigint),
        data: {
          ...Object.fromEntries(resource.map(({ key, value }) => [key, toPlain(value)])),
          ...plainAttributes(row.attributes),
          ...(Object.fromEntries(own) as Record<string, string | number | boolean>),
        },
      };
    }),
  };
}

/** The newest traces that have a row which a query counts. */
export async function queryTraces(
  datasets: Datasets,
  dataset: Dataset,
  spec: QuerySpec,
): Promise<{ traces: TraceSummary[] }> {
  const { statement, time, where } = matching(datasets, dataset, spec);
  const found = await datasets.database.all(
    `SELECT t.trace_id AS id FROM ${statement.from} WHERE t.trace_id IS NOT NULL AND ${where}
     GROUP BY t.trace_id ORDER BY max(${time}) DESC LIMIT ${spec.limit}`,
    statement.parameters,
  );
  return {
    traces: await summariesOf(
      datasets.database,
      found.map((row) => String(row['id'])),
    ),
  };
}
