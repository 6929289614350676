import type { DuckDBValue } from '@duckdb/node-api';
import type { AnyValueJson, Value } from '../receiver/otlp/records.js';
import { toAnyValue, toPlain } from '../receiver/otlp/values.js';
import type { AttributeColumn } from '../store/attribute-columns.js';
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
 * Reads rows of a wide table. Most attribute columns are null in any one trace, and reading one costs as much as
 * filtering by it: a first pass finds those that are not.
 */
export async function readWide(
  database: Database,
  table: WideTable,
  core: readonly string[],
  from: string,
  parameters: Parameter[],
): Promise<WideRow[]> {
  const present = await presentColumns(database, table, from, parameters);
  const select = [...core, 'rest', ...present.map(({ index }) => `a${index}`)].map((column) => `t.${column}`);
  const { values } = await database.columns(`SELECT ${select.join(', ')} FROM ${from}`, parameters);
  const count = values[0]?.length ?? 0;
  const rows: WideRow[] = [];
  for (let i = 0; i < count; i++) {
    const row: WideRow = {
      core: Object.fromEntries(core.map((name, c) => [name, values[c]![i]!])),
      attributes: new Map(),
    };
    present.forEach(({ name }, c) => {
      const value = values[core.length + 1 + c]![i];
      if (value !== null && value !== undefined) row.attributes.set(name, toAnyValue(value as Value));
    });
    for (const [name, value] of Object.entries(parseRest(values[core.length]![i]))) row.attributes.set(name, value);
    rows.push(row);
  }
  return rows;
}

async function presentColumns(
  database: Database,
  table: WideTable,
  from: string,
  parameters: Parameter[],
): Promise<readonly AttributeColumn[]> {
  const { columns } = table.attributes;
  if (columns.length === 0) return [];
  const inner = `SELECT t.* FROM ${from}`;
  const counts = columns.map(({ index }) => `count(a${index})::INTEGER`).join(', ');
  const { values } = await database.columns(`SELECT ${counts} FROM (${inner})`, parameters);
  return columns.filter((_, i) => Number(values[i]![0]) > 0);
}

export const plainAttributes = (attributes: Map<string, AnyValueJson>) =>
  Object.fromEntries([...attributes].map(([name, value]) => [name, toPlain(value)]));
