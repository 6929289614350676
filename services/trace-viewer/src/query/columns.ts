import type { Dataset } from '../api/schemas/query.js';
import type { ListValues } from '../api/schemas/requests.js';
import type { ColumnList, ValueList } from '../api/schemas/results.js';
import type { AttributeColumn, AttributeType } from '../store/attribute-columns.js';
import { type CoreColumn, LOG_COLUMNS, SPAN_COLUMNS } from '../store/core-columns.js';
import type { Parameter } from '../store/database.js';
import type { WideTable } from '../store/wide-table.js';
import { unprocessable } from './errors.js';
import type { Tables } from './trace.js';

export interface Datasets extends Tables {
  sources: WideTable;
}

export const CORE: Record<Dataset, readonly CoreColumn[]> = { spans: SPAN_COLUMNS, logs: LOG_COLUMNS };
/** When the row happened. */
export const TIME: Record<Dataset, string> = { spans: 't.start_ns', logs: 't.time_ns' };

const TYPE_NAMES = { VARCHAR: 'string', DOUBLE: 'number', BOOLEAN: 'boolean' } as const;
export const typeName = (type: AttributeType) => TYPE_NAMES[type];

/**
 * Collects the parameters of one statement. Only names of ours and numbers become SQL text; every name and value that
 * came from outside is looked up or bound.
 */
export class Statement {
  readonly parameters: Parameter[] = [];
  readonly #resolved = new Map<string, CoreColumn>();
  #usesSources = false;

  constructor(
    readonly datasets: Datasets,
    readonly dataset: Dataset,
  ) {}

  bind(value: Parameter): string {
    return `$${this.parameters.push(value)}`;
  }

  /** The column a query calls `name`; `path` is where the query says so. Throws UnprocessableError. */
  column(path: string, name: string): CoreColumn {
    let column = this.#resolved.get(name);
    if (column === undefined) {
      column = CORE[this.dataset].find((core) => core.name === name) ?? this.#attribute(path, name);
      this.#resolved.set(name, column);
      if (/\bs\./.test(column.sql)) this.#usesSources = true;
    }
    return column;
  }

  /** To be read after all columns were resolved. */
  get from(): string {
    return `${this.dataset} t${this.#usesSources ? ' LEFT JOIN sources s ON s.id = t.source' : ''}`;
  }

  #attribute(path: string, name: string): CoreColumn {
    const own = this.datasets[this.dataset].attributes.get(name);
    const shared = this.datasets.sources.attributes.get(name);
    const first = own ?? shared;
    if (first === undefined) throw unprocessable(path, `unknown column ${JSON.stringify(name)}`);
    const places = [];
    if (own) places.push(this.#place('t', own));
    if (shared && shared.type === first.type) places.push(this.#place('s', shared));
    return { name, type: first.type, sql: places.length > 1 ? `coalesce(${places.join(', ')})` : places[0]! };
  }

  #place(table: 't' | 's', { name, type, index }: AttributeColumn): string {
    if (index !== null) return `${table}.a${index}`;
    // Beyond the column cap: a JSON pointer into `rest`.
    const pointer = `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    const member = (kind: string) => `${table}.rest ->> ${this.bind(`${pointer}/${kind}`)}`;
    if (type === 'VARCHAR') return `(${member('stringValue')})`;
    if (type === 'BOOLEAN') return `try_cast(${member('boolValue')} AS BOOLEAN)`;
    return `try_cast(coalesce(${member('intValue')}, ${member('doubleValue')}) AS DOUBLE)`;
  }
}

export function listColumns(datasets: Datasets, dataset: Dataset): Promise<ColumnList> {
  const columns = new Map<string, ColumnList['columns'][number]>();
  const add = (from: 'core' | 'resource' | 'attribute', name: string, type: AttributeType) => {
    if (!columns.has(name)) columns.set(name, { name, type: TYPE_NAMES[type], from });
  };
  for (const { name, type } of CORE[dataset]) add('core', name, type);
  for (const { name, type } of datasets[dataset].attributes.all) add('attribute', name, type);
  for (const { name, type } of datasets.sources.attributes.all) add('resource', name, type);
  const order = { core: 0, attribute: 1, resource: 2 };
  const sorted = [...columns.values()].sort(
    (a, b) => order[a.from] - order[b.from] || (a.from === 'core' ? 0 : a.name < b.name ? -1 : 1),
  );
  return Promise.resolve({ columns: sorted });
}

export async function listValues(datasets: Datasets, dataset: Dataset, request: ListValues): Promise<ValueList> {
  const statement = new Statement(datasets, dataset);
  const { sql } = statement.column('column', request.column);
  const prefix =
    request.prefix === ''
      ? ''
      : `AND starts_with(lower((${sql})::VARCHAR), lower(${statement.bind(request.prefix)}::VARCHAR))`;
  const rows = await datasets.database.all(
    `SELECT ${sql} AS value, count(*)::DOUBLE AS count FROM ${statement.from} WHERE ${sql} IS NOT NULL ${prefix}
     GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT ${request.limit}`,
    statement.parameters,
  );
  return { values: rows.map((row) => ({ value: row['value'] ?? null, count: Number(row['count']) })) };
}
