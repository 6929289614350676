import { type DuckDBConnection, DuckDBInstance, type DuckDBValue } from '@duckdb/node-api';
import { LAYOUT_VERSION, TABLES } from './schema.js';
import { Serial } from './serial.js';

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
    private readonly readers: { connection: DuckDBConnection; serial: Serial }[],
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
    const readers = await Promise.all(
      Array.from({ length: READERS }, async () => ({ connection: await instance.connect(), serial: new Serial() })),
    );
    const database = new Database(instance, writer, readers);
    const [layout] = await database.all('SELECT version FROM layout');
    if (layout?.['version'] !== LAYOUT_VERSION)
      throw new Error(`${file} has layout ${String(layout?.['version'])}, this program reads ${LAYOUT_VERSION}`);
    return database;
  }

  /** `parameters` are $1, $2, ... */
  all(sql: string, parameters: Parameter[] = []): Promise<Row[]> {
    return this.#read(async (reader) => (await reader.runAndReadAll(sql, parameters)).getRowObjectsJson() as Row[]);
  }

  /** Column-wise with native values: cheaper than rows where most values are null. */
  columns(sql: string, parameters: Parameter[] = []): Promise<{ names: string[]; values: DuckDBValue[][] }> {
    return this.#read(async (reader) => {
      const result = await reader.runAndReadAll(sql, parameters);
      const [names, values] = [result.columnNames(), result.getColumns()];
      // A result without rows has no columns either.
      return { names, values: names.map((_, i) => values[i] ?? []) };
    });
  }

  /** As `columns`, some thousand rows at a time: for results that are large and soon forgotten. */
  inChunks(sql: string, parameters: Parameter[], take: (values: DuckDBValue[][]) => void): Promise<void> {
    return this.#read(async (reader) => {
      const result = await reader.stream(sql, parameters);
      for (let chunk = await result.fetchChunk(); chunk && chunk.rowCount > 0; chunk = await result.fetchChunk())
        take(chunk.getColumns());
    });
  }

  /**
   * In a transaction: without one, DuckDB plans a statement in one and runs it in another, and a row committed in
   * between that lies outside of the statistics it planned with (as the first row of all does) is read as garbage.
   */
  #read<T>(work: (reader: DuckDBConnection) => Promise<T>): Promise<T> {
    const { connection, serial } = this.readers[this.#next++ % READERS]!;
    return serial.run(async () => {
      await connection.run('BEGIN TRANSACTION READ ONLY');
      try {
        return await work(connection);
      } finally {
        await connection.run('ROLLBACK');
      }
    });
  }

  close(): void {
    for (const { connection } of this.readers) connection.closeSync();
    this.writer.closeSync();
    this.instance.closeSync();
  }
}
