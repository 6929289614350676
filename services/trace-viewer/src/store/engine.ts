import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { BubbleUpRequest } from '../api/schemas/bubble-up.js';
import type { Dataset, QuerySpec } from '../api/schemas/query.js';
import type { ListLogs, ListTraces, ListValues, TimeWindow } from '../api/schemas/requests.js';
import type * as results from '../api/schemas/results.js';
import type { Trace, TraceSummary } from '../api/schemas/trace.js';
import { bubbleUp } from '../query/bubble-up.js';
import { listColumns, listValues } from '../query/columns.js';
import { type OtlpDocument, toOtlp } from '../query/export.js';
import { listLogs } from '../query/logs.js';
import { queryRows, queryTraces } from '../query/raw-rows.js';
import { runQuery } from '../query/run-query.js';
import { listServices } from '../query/services.js';
import { formatNs } from '../query/time.js';
import { readTrace, type Tables, toTrace } from '../query/trace.js';
import { listTraces, summariesOf } from '../query/traces.js';
import { checkLogs, checkSpans, type Rejected } from '../receiver/otlp/check.js';
import { decodeDocuments, decodeLogsJson, decodeTracesJson } from '../receiver/otlp/json.js';
import { decodeLogs, decodeTraces } from '../receiver/otlp/protobuf.js';
import { Database } from './database.js';
import { Ingest } from './ingest.js';
import { liveLog } from './live-log.js';
import { Maintenance, type Retention } from './maintenance.js';
import { RecentBodies } from './recent-bodies.js';
import { RunMarker } from './run-marker.js';

export interface StoreOptions extends Retention {
  directory: string;
  memoryLimitMb: number;
}

export type Encoding = 'protobuf' | 'json';

/** What a commit brought, for those who watch. */
export interface Update {
  traceIds: string[];
  moreTraces: number;
  logs: results.LogRecord[];
}

const MAINTENANCE_MS = 30_000;
/** Ids and records beyond this are only counted: nobody reads a list that moves that fast. */
const LIVE_LIMIT = 100;

const nowNs = () => BigInt(Date.now()) * 1_000_000n;
const fromMs = (ms: number) => formatNs(BigInt(Math.round(ms)) * 1_000_000n);

/** The store and all that is asked of it. Runs in a worker thread; tests may run it in their own. */
export class Engine {
  readonly #bodies = new RecentBodies();
  readonly #started = Date.now();
  readonly #dropped = { spans: 0, logs: 0, requests: 0, reason: null as string | null };
  #timer: NodeJS.Timeout | null = null;

  private constructor(
    private readonly database: Database,
    private readonly ingest: Ingest,
    private readonly maintenance: Maintenance,
    private readonly marker: RunMarker,
    private readonly options: StoreOptions,
  ) {}

  static async open(options: StoreOptions, onUpdate: (update: Update) => void = () => {}): Promise<Engine> {
    mkdirSync(options.directory, { recursive: true });
    const database = await Database.open(join(options.directory, 'traces.duckdb'), options.memoryLimitMb);
    const marker = new RunMarker(options.directory);
    const ingest: Ingest = new Ingest(
      database,
      ({ traceIds, logs }) => {
        marker.touch();
        onUpdate({
          traceIds: traceIds.slice(0, LIVE_LIMIT),
          moreTraces: Math.max(0, traceIds.length - LIVE_LIMIT),
          logs: logs.slice(0, LIVE_LIMIT).map(liveLog),
        });
      },
      (rows, reason) => engine.noteDropped({ spans: rows }, reason),
    );
    await ingest.open();
    const engine = new Engine(database, ingest, new Maintenance(database, ingest, options), marker, options);
    await engine.#maintain();
    return engine;
  }

  get #tables(): Tables {
    return { database: this.database, spans: this.ingest.spans, logs: this.ingest.logs };
  }

  /** Decodes and stores an export request. Throws MalformedRequestError, and then nothing of it is stored. */
  async traces(body: Uint8Array, encoding: Encoding): Promise<Rejected> {
    const { accepted, rejected } = checkSpans(encoding === 'json' ? decodeTracesJson(body) : decodeTraces(body));
    await this.ingest.addSpans(accepted);
    this.#noteRejected('spans', rejected);
    return rejected;
  }

  /** As `traces`. Log records have no id: a batch sent again is known by its bytes. */
  async logs(body: Uint8Array, encoding: Encoding): Promise<Rejected> {
    const decoded = encoding === 'json' ? decodeLogsJson(body) : decodeLogs(body);
    const { accepted, rejected } = checkLogs(decoded, nowNs());
    if (accepted.length > 0 && !this.#bodies.add(createHash('sha256').update(body).digest('base64'))) {
      this.ingest.duplicates += accepted.length;
      return rejected;
    }
    await this.ingest.addLogs(accepted);
    this.#noteRejected('logs', rejected);
    return rejected;
  }

  /** OTLP JSON documents. What is stored already, however long, is not taken again; what was deleted is. */
  async import(body: Uint8Array): Promise<results.ImportResult> {
    const decoded = decodeDocuments(body);
    const spans = checkSpans(decoded.spans).accepted;
    const logs = checkLogs(decoded.logs, nowNs()).accepted;
    const traceIds = [...new Set([...spans, ...logs].map(({ traceId }) => traceId).filter((id) => id !== ''))];
    const stored = await this.ingest.import(spans, logs);
    await this.ingest.flush();
    const duplicates = spans.length + logs.length - stored.spans - stored.logs;
    return { ...stored, duplicates, trace_ids: traceIds.slice(0, 100) };
  }

  listTraces = (request: ListTraces): Promise<results.TraceList> => listTraces(this.database, request);
  summaries = (traceIds: string[]): Promise<TraceSummary[]> => summariesOf(this.database, traceIds);
  listLogs = (request: ListLogs): Promise<results.LogList> => listLogs(this.#tables, request);
  listServices = (window: TimeWindow): Promise<results.ServiceList> => listServices(this.#tables, window);
  listColumns = (dataset: Dataset): Promise<results.ColumnList> => listColumns(this.#datasets, dataset);
  listValues = (dataset: Dataset, request: ListValues): Promise<results.ValueList> =>
    listValues(this.#datasets, dataset, request);
  query = (dataset: Dataset, spec: QuerySpec): Promise<results.QueryResult> => runQuery(this.#datasets, dataset, spec);
  queryRows = (dataset: Dataset, spec: QuerySpec): Promise<results.QueryRows> =>
    queryRows(this.#datasets, dataset, spec);
  queryTraces = (dataset: Dataset, spec: QuerySpec): Promise<{ traces: TraceSummary[] }> =>
    queryTraces(this.#datasets, dataset, spec);
  bubbleUp = (request: BubbleUpRequest): Promise<results.BubbleUpResult> => bubbleUp(this.#datasets, request);

  get #datasets() {
    return { ...this.#tables, sources: this.ingest.sourceTable };
  }

  async trace(traceId: string): Promise<Trace | null> {
    const stored = await readTrace(this.#tables, traceId);
    return stored === null || stored.spans.length + stored.logs.length === 0 ? null : toTrace(traceId, stored);
  }

  async export(traceIds: string[]): Promise<OtlpDocument> {
    const stored = await Promise.all(traceIds.map((id) => readTrace(this.#tables, id)));
    return toOtlp(stored.filter((trace) => trace !== null));
  }

  async status(): Promise<results.Status> {
    const [counts] = await this.database.all(
      `SELECT (SELECT count(*) FROM spans WHERE annotation = 0)::DOUBLE AS spans, (SELECT count(*) FROM logs)::DOUBLE AS logs,
         (SELECT min(start_ns) FROM trace_parts) AS oldest`,
    );
    const { used, wal } = await this.maintenance.size();
    const { uncleanStopMs } = this.marker;
    const full = this.maintenance.fullSinceMs;
    return {
      spans: Number(counts?.['spans'] ?? 0),
      logs: Number(counts?.['logs'] ?? 0),
      oldest: counts?.['oldest'] == null ? null : formatNs(BigInt(counts['oldest'])),
      store_bytes: used + wal,
      retention: { max_age_hours: this.options.maxAgeHours, max_bytes: this.options.maxBytes },
      received: { ...this.ingest.received },
      duplicates: this.ingest.duplicates,
      dropped: { ...this.#dropped },
      full_since: full === null ? null : fromMs(full),
      unclean_stop: uncleanStopMs === null ? null : { last_seen: fromMs(uncleanStopMs) },
      started: fromMs(this.#started),
    };
  }

  noteDropped(count: { spans?: number; logs?: number; requests?: number }, reason: string): void {
    this.#dropped.spans += count.spans ?? 0;
    this.#dropped.logs += count.logs ?? 0;
    this.#dropped.requests += count.requests ?? 0;
    this.#dropped.reason = reason;
  }

  flush = (): Promise<void> => this.ingest.flush();

  /** Retention and a checkpoint now, rather than within half a minute. */
  maintain = (): Promise<void> => this.maintenance.run();

  async close(): Promise<void> {
    if (this.#timer) clearTimeout(this.#timer);
    await this.ingest.close();
    await this.database.writer.run('CHECKPOINT');
    this.database.close();
    this.marker.remove();
  }

  #noteRejected(kind: 'spans' | 'logs', { count, reason }: Rejected): void {
    if (count > 0) this.noteDropped({ [kind]: count }, reason);
  }

  async #maintain(): Promise<void> {
    try {
      await this.maintenance.run();
    } catch (error) {
      this.noteDropped({}, `maintenance failed: ${error instanceof Error ? error.message : String(error)}`);
    }
    this.#timer = setTimeout(() => void this.#maintain(), MAINTENANCE_MS).unref();
  }
}
