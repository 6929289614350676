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
 * Reads rows of a wide table, in one statement: between two, a commit could bring rows whose columns the first did not
 * see.
 */
export async function readWide(
  database: Database,
  table: WideTable,
  core: readonly string[],
  from: string,
  parameters: Parameter[],
): Promise<WideRow[]> {
  const attributes = [...table.attributes.columns];
  const select = [...core, 'rest', ...attributes.map(({ index }) => `a${index}`)].map((column) => `t.${column}`);
  const { values } = await database.columns(`SELECT ${select.join(', ')} FROM ${from}`, parameters);
  const rows = (values[0] ?? []).map((_, i): WideRow => ({
    core: Object.fromEntries(core.map((name, c) => [name, values[c]![i]!])),
    attributes: new Map(),
  }));
  // Column by column, as most are null in all rows of any one trace.
  attributes.forEach(({ name }, c) => {
    values[core.length + 1 + c]!.forEach((value, i) => {
      if (value !== null) rows[i]!.attributes.set(name, toAnyValue(value as Value));
    });
  });
  rows.forEach((row, i) => {
    for (const [name, value] of Object.entries(parseRest(values[core.length]![i]))) row.attributes.set(name, value);
  });
  return rows;
}

export const plainAttributes = (attributes: Map<string, AnyValueJson>) =>
  Object.fromEntries([...attributes].map(([name, value]) => [name, toPlain(value)]));
