import { type DuckDBAppender, DuckDBDataChunk } from '@duckdb/node-api';
import duckdb from '@duckdb/node-bindings';
import type { SqlType } from './schema.js';

export type CoreValue = string | number | bigint | boolean | null;

/** The rows of a vector of DuckDB. */
export const CHUNK_ROWS = duckdb.vector_size();
/** A chunk of long texts is full before it has that many rows. */
const CHUNK_CHARACTERS = 2 ** 22;
/* A cell of texts, duckdb_string_t: the length, then the text if it fits, else its first bytes and its address. */
const CELL = 16;
const INLINE = 12;
const PREFIX = 4;

/* One column after the other is put together here. */
const cells = new Uint8Array(CHUNK_ROWS * CELL);
const words = new Uint32Array(cells.buffer);
const sizes = new Uint32Array(CHUNK_ROWS);
const scratch = Buffer.alloc(2 ** 20);

type Vector = ReturnType<typeof duckdb.data_chunk_get_vector>;

/** The values that a chunk has of one column. A row that sets none is null. */
abstract class Column {
  /** Bit by bit, as DuckDB has it. */
  readonly #valid = new Uint8Array(CHUNK_ROWS / 8);
  #touched = false;

  set(row: number, value: CoreValue): void {
    const bit = 1 << (row & 7);
    if (value === null) {
      this.#valid[row >> 3]! &= ~bit;
      return;
    }
    this.#valid[row >> 3]! |= bit;
    this.#touched = true;
    this.put(row, value);
  }

  write(vector: Vector, rows: number): void {
    duckdb.vector_ensure_validity_writable(vector);
    duckdb.copy_data_to_vector_validity(vector, 0, this.#valid.buffer, 0, this.#valid.length);
    if (this.#touched) this.copy(vector, rows);
  }

  clear(): void {
    if (this.#touched) this.#valid.fill(0);
    this.#touched = false;
  }

  protected abstract put(row: number, value: CoreValue): void;
  protected abstract copy(vector: Vector, rows: number): void;
}

const ARRAYS = {
  DOUBLE: Float64Array,
  BOOLEAN: Uint8Array,
  BIGINT: BigInt64Array,
  INTEGER: Uint32Array,
  UINTEGER: Uint32Array,
  UTINYINT: Uint8Array,
};

class FixedColumn extends Column {
  #data: InstanceType<(typeof ARRAYS)[keyof typeof ARRAYS]> | null = null;

  constructor(private readonly type: keyof typeof ARRAYS) {
    super();
  }

  protected put(row: number, value: CoreValue): void {
    this.#data ??= new ARRAYS[this.type](CHUNK_ROWS);
    this.#data[row] = value as never;
  }

  protected copy(vector: Vector, rows: number): void {
    const { buffer, BYTES_PER_ELEMENT } = this.#data!;
    duckdb.copy_data_to_vector(vector, 0, buffer, 0, rows * BYTES_PER_ELEMENT);
  }
}

/**
 * The texts of a column cross into DuckDB as one: the vector copies it, and the cells get addresses within the copy, which
 * live until the chunk is reset.
 */
class TextColumn extends Column {
  #texts: string[] = [];
  #rows: number[] = [];

  override clear(): void {
    super.clear();
    this.#texts = [];
    this.#rows = [];
  }

  protected put(row: number, value: CoreValue): void {
    if (this.#rows.at(-1) === row) this.#texts[this.#rows.length - 1] = value as string;
    else {
      this.#texts.push(value as string);
      this.#rows.push(row);
    }
  }

  protected copy(vector: Vector, rows: number): void {
    const bytes = this.#encode();
    let address = 0;
    if (bytes.length > INLINE) {
      duckdb.vector_assign_string_element_len(vector, 0, bytes);
      const { buffer, byteOffset } = duckdb.vector_get_data(vector, CELL);
      address = Number(new DataView(buffer, byteOffset).getBigUint64(8, true));
    }
    cells.fill(0, 0, rows * CELL);
    let at = 0;
    for (let i = 0; i < this.#rows.length; i++) {
      const cell = this.#rows[i]! * CELL;
      const size = sizes[i]!;
      words[cell / 4] = size;
      const copied = size <= INLINE ? size : PREFIX;
      for (let b = 0; b < copied; b++) cells[cell + 4 + b] = bytes[at + b]!;
      if (size > INLINE) {
        words[cell / 4 + 2] = address + at;
        words[cell / 4 + 3] = (address + at) / 2 ** 32;
      }
      at += size;
    }
    duckdb.copy_data_to_vector(vector, 0, cells.buffer, 0, rows * CELL);
  }

  /** All texts in UTF-8, their lengths in `sizes`. */
  #encode(): Uint8Array {
    const joined = this.#texts.join('');
    const bytes = joined.length * 3 > scratch.length ? Buffer.alloc(joined.length * 3) : scratch;
    let length = bytes.write(joined);
    if (length === joined.length) this.#texts.forEach((text, i) => (sizes[i] = text.length));
    else {
      // Not ASCII: one by one, as two halves of a surrogate pair must not become one character.
      length = 0;
      this.#texts.forEach((text, i) => (length += sizes[i] = bytes.write(text, length)));
    }
    return bytes.subarray(0, length);
  }
}

/** Rows gathered column by column, so that few calls cross into DuckDB: one for each cell costs more than all else. */
export class Chunk {
  rows = 0;
  #characters = 0;
  readonly #columns: Column[];
  readonly #chunk: DuckDBDataChunk;

  constructor(types: readonly SqlType[]) {
    this.#columns = types.map((type) => (type === 'VARCHAR' ? new TextColumn() : new FixedColumn(type)));
    this.#chunk = new DuckDBDataChunk(
      duckdb.create_data_chunk(types.map((type) => duckdb.create_logical_type(duckdb.Type[type]))),
    );
  }

  /** Of the row that `endRow` ends. */
  set(column: number, value: CoreValue): void {
    if (typeof value === 'string') this.#characters += value.length;
    this.#columns[column]!.set(this.rows, value);
  }

  /** True when the chunk is full. */
  endRow(): boolean {
    return ++this.rows === CHUNK_ROWS || this.#characters > CHUNK_CHARACTERS;
  }

  /** Hands the rows over and begins anew. */
  appendTo(appender: DuckDBAppender): void {
    if (this.rows === 0) return;
    try {
      this.#chunk.reset();
      this.#chunk.rowCount = this.rows;
      this.#columns.forEach((column, i) => column.write(duckdb.data_chunk_get_vector(this.#chunk.chunk, i), this.rows));
      appender.appendDataChunk(this.#chunk);
    } finally {
      for (const column of this.#columns) column.clear();
      this.rows = this.#characters = 0;
    }
  }
}
