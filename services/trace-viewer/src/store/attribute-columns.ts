import type { DuckDBConnection } from '@duckdb/node-api';
import { ExactValue, type Value } from '../receiver/otlp/records.js';
import { toText } from '../receiver/otlp/values.js';
import type { TableName } from './schema.js';

export type AttributeType = 'VARCHAR' | 'DOUBLE' | 'BOOLEAN';

export interface AttributeColumn {
  name: string;
  type: AttributeType;
  /** Position among the table's attribute columns; null for a name beyond the cap, which lives in `rest` only. */
  index: number | null;
}

/** Wider rows cost every append a null per column. */
export const MAX_COLUMNS = 400;
/** Names beyond this stay in their rows but are not offered to queries. */
const MAX_NAMES = 4000;

export function typeOf(value: Value): AttributeType {
  if (typeof value === 'number') return 'DOUBLE';
  if (typeof value === 'boolean') return 'BOOLEAN';
  const { intValue, doubleValue } = value instanceof ExactValue ? value.json : {};
  return intValue !== undefined || doubleValue !== undefined ? 'DOUBLE' : 'VARCHAR';
}

/** What a column of `type` can hold of the value, null when nothing; queries see this. */
export function asColumnValue(value: Value, type: AttributeType): string | number | boolean | null {
  if (typeof value === 'string' && type === 'VARCHAR') return value;
  const text = toText(value);
  if (type === 'VARCHAR') return value instanceof ExactValue && text === '' ? null : text;
  if (type === 'BOOLEAN') return text === 'true' ? true : text === 'false' ? false : null;
  if (typeof value === 'boolean' || text.trim() === '') return null;
  const number = Number(text);
  return Number.isFinite(number) ? number : null;
}

/**
 * Which attribute is which column of a table. Columns are called a0, a1, ... because DuckDB's names are
 * case-insensitive and attributes' are not; so no name a sender chose ever becomes SQL.
 */
export class AttributeColumns {
  readonly #byName = new Map<string, AttributeColumn>();
  #columns: AttributeColumn[] = [];
  #names = 0;

  constructor(
    private readonly table: TableName,
    private readonly writer: DuckDBConnection,
  ) {}

  async load(): Promise<void> {
    const known = await this.writer.runAndReadAll(
      `SELECT name, type, col FROM attribute_columns WHERE table_name = $1`,
      [this.table],
    );
    for (const row of known.getRowObjectsJson() as { name: string; type: AttributeType; col: string | null }[]) {
      const index = row.col === null ? null : Number(row.col.slice(1));
      this.#remember({ name: row.name, type: row.type, index });
    }
  }

  /** In the order in which rows are appended. */
  get columns(): readonly AttributeColumn[] {
    return this.#columns;
  }

  get all(): Iterable<AttributeColumn> {
    return this.#byName.values();
  }

  get(name: string): AttributeColumn | undefined {
    return this.#byName.get(name);
  }

  /** True for a name that `add` would make a column (or remember). */
  isNew(name: string): boolean {
    return !this.#byName.has(name) && this.#names < MAX_NAMES;
  }

  /** The first value seen decides the type. Only while no appender of the table is open. */
  async add(names: ReadonlyMap<string, Value>): Promise<void> {
    await this.writer.run('BEGIN TRANSACTION');
    const added: AttributeColumn[] = [];
    let index = this.#columns.length;
    for (const [name, value] of names) {
      if (!this.isNew(name) || this.#names + added.length >= MAX_NAMES) continue;
      const column = { name, type: typeOf(value), index: index < MAX_COLUMNS ? index++ : null };
      if (column.index !== null)
        await this.writer.run(`ALTER TABLE ${this.table} ADD COLUMN a${column.index} ${column.type}`);
      await this.writer.run('INSERT INTO attribute_columns VALUES ($1, $2, $3, $4)', [
        this.table,
        name,
        column.type,
        column.index === null ? null : `a${column.index}`,
      ]);
      added.push(column);
    }
    await this.writer.run('COMMIT');
    for (const column of added) this.#remember(column);
  }

  #remember(column: AttributeColumn): void {
    this.#byName.set(column.name, column);
    this.#names++;
    if (column.index !== null) this.#columns[column.index] = column;
  }
}
