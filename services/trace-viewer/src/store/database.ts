import { type DuckDBConnection, DuckDBInstance, type DuckDBValue } from '@duckdb/node-api';
import { LAYOUT_VERSION, TABLES } from './schema.js';

export type Parameter = string | number | boolean | null;
/** BIGINT and wider come as strings. */
export type Row = Record<string, string | number | boolean | null>;

/** Queries on one connection wait for each other; a page asks for several things at once. */
const READERS = 4;

/** The DuckDB file: one writing connection, some reading ones. Readers see the last commit and never block it. */
export class Database {
  #next = 0;

  private constructor(
    private readonly instance: DuckDBInstance,
    readonly writer: DuckDBConnection,
    private readonly readers: DuckDBConnection[],
  ) {}

  /** Throws when another process has the file open, or its layout is of another version. */
  static async open(file: string, memoryLimitMb: number): Promise<Database> {
    const instance = await DuckDBInstance.create(file, {
      threads: '2',
      memory_limit: `${memoryLimitMb}MB`,
      // Nothing here reads other files or the network, and nothing a query names may make it.
      enable_external_access: 'false',
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
      // Rows in the write-ahead log are also held uncompressed in memory, five times what they take afterwards.
      checkpoint_threshold: '32MB',
      preserve_insertion_order: 'false',
    });
    const writer = await instance.connect();
    for (const [table, columns] of Object.entries(TABLES))
      await writer.run(`CREATE TABLE IF NOT EXISTS ${table}(${columns.map((column) => column.join(' ')).join(', ')})`);
    await writer.run(
      'CREATE TABLE IF NOT EXISTS attribute_columns(table_name VARCHAR, name VARCHAR, type VARCHAR, col VARCHAR)',
    );
    await writer.run('CREATE TABLE IF NOT EXISTS layout AS SELECT ' + String(LAYOUT_VERSION) + ' AS version');
    const readers = await Promise.all(Array.from({ length: READERS }, () => instance.connect()));
    const database = new Database(instance, writer, readers);
    const [layout] = await database.all('SELECT version FROM layout');
    if (layout?.['version'] !== LAYOUT_VERSION)
      throw new Error(`${file} has layout ${String(layout?.['version'])}, this program reads ${LAYOUT_VERSION}`);
    return database;
  }

  /** `parameters` are $1, $2, ... */
  async all(sql: string, parameters: Parameter[] = []): Promise<Row[]> {
    const reader = this.readers[this.#next++ % READERS]!;
    return (await reader.runAndReadAll(sql, parameters)).getRowObjectsJson() as Row[];
  }

  /** Column-wise with native values: cheaper than rows where most values are null. */
  async columns(sql: string, parameters: Parameter[] = []): Promise<{ names: string[]; values: DuckDBValue[][] }> {
    const reader = this.readers[this.#next++ % READERS]!;
    const result = await reader.runAndReadAll(sql, parameters);
    return { names: result.columnNames(), values: result.getColumns() };
  }

  /** As `columns`, some thousand rows at a time: for results that are large and soon forgotten. */
  async *chunks(sql: string, parameters: Parameter[] = []): AsyncGenerator<DuckDBValue[][]> {
    const reader = this.readers[this.#next++ % READERS]!;
    const result = await reader.stream(sql, parameters);
    for (let chunk = await result.fetchChunk(); chunk && chunk.rowCount > 0; chunk = await result.fetchChunk())
      yield chunk.getColumns();
  }

  close(): void {
    for (const reader of this.readers) reader.closeSync();
    this.writer.closeSync();
    this.instance.closeSync();
  }
}
