import type { DuckDBValue } from '@duckdb/node-api';
import type { AnyValueJson, Value } from '../receiver/otlp/records.js';
import { toAnyValue, toPlain } from '../receiver/otlp/values.js';
import type { Database, Parameter } from '../store/database.js';
import type { WideTable } from '../store/wide-table.js';

type Rest = Record<string, AnyValueJson>;
export const parseRest = (rest: unknown): Rest => (typeof rest === 'string' ? (JSON.parse(rest) as Rest) : {});

/** A result's rows with core columns by name and attributes as OTLP values. */
export interface WideRow {
  core: Record<string, DuckDBValue>;
  attributes: Map<string, AnyValueJson>;
}

/**
 * Reads rows of a wide table from `t`. All columns and in one statement: a commit between two, or before the only one,
 * could bring rows with a column that was not asked for.
 */
export async function readWide(
  database: Database,
  table: WideTable,
  core: readonly string[],
  from: string,
  parameters: Parameter[],
): Promise<WideRow[]> {
  const { names, values } = await database.columns(`SELECT t.* FROM ${from}`, parameters);
  const columns = new Map(names.map((name, i) => [name, values[i]!]));
  const rows = values[0]!.map((_, i): WideRow => ({
    core: Object.fromEntries(core.map((name) => [name, columns.get(name)![i]!])),
    attributes: new Map(),
  }));
  // Column by column, as most are null in all rows of any one trace.
  for (const { name, index } of table.attributes.columns) {
    columns.get(`a${index}`)?.forEach((value, i) => {
      if (value !== null) rows[i]!.attributes.set(name, toAnyValue(value as Value));
    });
  }
  columns.get('rest')!.forEach((rest, i) => {
    for (const [name, value] of Object.entries(parseRest(rest))) rows[i]!.attributes.set(name, value);
  });
  return rows;
}

export const plainAttributes = (attributes: Map<string, AnyValueJson>) =>
  Object.fromEntries([...attributes].map(([name, value]) => [name, toPlain(value)]));
