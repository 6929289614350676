import type { DuckDBAppender, DuckDBConnection } from '@duckdb/node-api';
import type { AnyValueJson, AttributeList, Value } from '../receiver/otlp/records.js';
import { toAnyValue } from '../receiver/otlp/values.js';
import { asColumnValue, AttributeColumns } from './attribute-columns.js';
import { Chunk, type CoreValue } from './chunk.js';
import { type TableName, TABLES } from './schema.js';

/** Names that mean a core column in queries: an attribute so called stays in `rest`. */
export type Reserved = ReadonlySet<string>;

/** Without a prototype: an attribute may be called `__proto__`. */
const emptyRest = () => Object.create(null) as Record<string, AnyValueJson>;

/** A table of core columns, `rest`, and one column per attribute name. */
export class WideTable {
  readonly attributes: AttributeColumns;
  readonly #core: (typeof TABLES)[TableName];
  readonly #hasRest: boolean;
  #appender: DuckDBAppender | null = null;
  #chunk: Chunk | null = null;

  constructor(
    private readonly name: TableName,
    private readonly writer: DuckDBConnection,
    private readonly reserved: Reserved = new Set(),
  ) {
    this.attributes = new AttributeColumns(name, writer);
    this.#hasRest = TABLES[name].at(-1)![0] === 'rest';
    this.#core = this.#hasRest ? TABLES[name].slice(0, -1) : TABLES[name];
  }

  /** Makes columns for names not seen before and opens the appender; to be awaited before rows are appended. */
  async prepare(lists: Iterable<AttributeList>): Promise<void> {
    const fresh = new Map<string, Value>();
    for (const list of lists)
      for (let i = 0; i < list.length; i += 2) {
        const name = list[i] as string;
        if (this.attributes.get(name) === undefined && !this.reserved.has(name) && this.attributes.isNew(name))
          if (!fresh.has(name)) fresh.set(name, list[i + 1] as Value);
      }
    if (fresh.size > 0) {
      this.close();
      await this.attributes.add(fresh);
    }
    this.#appender ??= await this.writer.createAppender(this.name);
    const types = [...TABLES[this.name].map(([, type]) => type), ...this.attributes.columns.map(({ type }) => type)];
    this.#chunk ??= new Chunk(types);
  }

  /** Synchronous and in memory until `flush`. `core` is in the order of the schema, without `rest`. */
  append(core: readonly CoreValue[], list: AttributeList): void {
    const chunk = this.#chunk;
    if (chunk === null) throw new Error(`${this.name}: append before prepare`);
    for (let i = 0; i < core.length; i++) chunk.set(i, core[i]!);
    if (this.#hasRest) chunk.set(this.#core.length, this.#fill(chunk, list));
    if (chunk.endRow()) chunk.appendTo(this.#appender!);
  }

  /** Within the writer's transaction, if there is one. */
  flush(): void {
    if (this.#appender === null) return;
    this.#chunk?.appendTo(this.#appender);
    this.#appender.flushSync();
  }

  /** After a failed flush: what it held is lost, the next `prepare` begins anew. */
  discard(): void {
    this.#appender?.clear();
    this.#appender = this.#chunk = null;
  }

  close(): void {
    if (this.#appender === null) return;
    this.#chunk?.appendTo(this.#appender);
    this.#appender.closeSync();
    this.#appender = this.#chunk = null;
  }

  #fill(chunk: Chunk, list: AttributeList): string | null {
    let rest: Record<string, AnyValueJson> | null = null;
    for (let i = 0; i < list.length; i += 2) {
      const name = list[i] as string;
      const value = list[i + 1] as Value;
      const column = this.attributes.get(name);
      let exact = false;
      if (column !== undefined && column.index !== null && !this.reserved.has(name)) {
        const held = asColumnValue(value, column.type);
        chunk.set(this.#core.length + 1 + column.index, held);
        exact = held === value;
      }
      // Also corrects what an earlier attribute of the same name left behind.
      if (!exact || rest?.[name] !== undefined) (rest ??= emptyRest())[name] = toAnyValue(value);
    }
    return rest === null ? null : JSON.stringify(rest);
  }
}
