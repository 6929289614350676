import type { Database } from './database.js';
import type { Ingest } from './ingest.js';

export interface Retention {
  maxAgeHours: number;
  maxBytes: number;
}

/** When the store is over its size this much of it goes, so that it does not go over again with the next commit. */
const SHARE_TO_DROP = 0.1;
const TABLES = ['spans', 'logs', 'trace_parts'] as const;

/** Checkpoints the write-ahead log and deletes what is too old or too much. */
export class Maintenance {
  fullSinceMs: number | null = null;

  constructor(
    private readonly database: Database,
    private readonly ingest: Ingest,
    private readonly retention: Retention,
  ) {}

  async run(nowMs = Date.now()): Promise<void> {
    await this.#dropOlderThan(Math.floor(nowMs / 1000 - this.retention.maxAgeHours * 3600));
    await this.checkpoint();
    const { used, wal } = await this.size();
    if (used + wal <= this.retention.maxBytes) return;
    this.fullSinceMs ??= nowMs;
    const [cut] = await this.database.all(
      `SELECT quantile_disc(received_s, ${SHARE_TO_DROP})::DOUBLE AS cut
       FROM (SELECT received_s FROM spans UNION ALL SELECT received_s FROM logs)`,
    );
    if (cut?.['cut'] == null) return;
    await this.#dropOlderThan(Number(cut['cut']) + 1);
    await this.checkpoint();
  }

  /** Bytes in use, not the file's length: DuckDB reuses freed blocks and seldom gives them back. */
  async size(): Promise<{ used: number; wal: number }> {
    const [row] = await this.database.all(
      `SELECT (used_blocks * block_size)::DOUBLE AS used, wal_size FROM pragma_database_size()`,
    );
    return { used: Number(row?.['used'] ?? 0), wal: parseSize(String(row?.['wal_size'] ?? '0')) };
  }

  /** Moves the write-ahead log into the file, compressing it. Readers go on; commits wait. */
  checkpoint(): Promise<void> {
    return this.ingest.exclusively(async () => {
      await this.database.writer.run('CHECKPOINT');
    });
  }

  #dropOlderThan(receivedS: number): Promise<void> {
    return this.ingest.exclusively(async () => {
      for (const table of TABLES)
        await this.database.writer.run(`DELETE FROM ${table} WHERE received_s < ${receivedS}`);
    });
  }
}

const UNITS: Record<string, number> = { bytes: 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 };

/** `12.5 MiB` as DuckDB prints it. */
function parseSize(text: string): number {
  const [amount, unit] = text.split(' ');
  return Number(amount) * (UNITS[unit ?? 'bytes'] ?? 1) || 0;
}
