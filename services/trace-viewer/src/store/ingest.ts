import type { LogRecord, Source, SpanRecord } from '../receiver/otlp/records.js';
import { toAnyValue } from '../receiver/otlp/values.js';
import type { Database } from './database.js';
import { ANNOTATION } from './schema.js';
import { LOG_CORE, SPAN_CORE } from './core-columns.js';
import { bodyText, withoutStoredLogs, withoutStoredSpans } from './not-stored.js';
import { SeenSpans } from './seen-spans.js';
import { Serial } from './serial.js';
import { Sources, type StoredSource } from './sources.js';
import { TraceParts } from './trace-parts.js';
import { WideTable } from './wide-table.js';

export interface Committed {
  traceIds: string[];
  logs: LogRecord[];
}

/** A commit costs the same for one row as for thousands; past this many rows memory would grow for nothing. */
const COMMIT_ROWS = 8192;
/** How long a row may wait for its commit: what a crash can lose. */
export const COMMIT_AFTER_MS = 200;
/** Rows appended before others get the thread: some milliseconds of work. */
const SLICE = 512;
/** Spans of an earlier run that are known again. */
const REMEMBERED = 200_000;
/** Kept of a commit for those who watch live. */
const LIVE_LOGS = 100;

const clamp = (value: number, max: number) => (value >= 0 && value <= max ? value : 0);
const MAX_NS = 2n ** 63n - 1n;
const inRange = (ns: bigint, fallback: bigint) => (ns > 0n && ns <= MAX_NS ? ns : fallback);
const orNull = (text: string) => (text === '' ? null : text);
const pause = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Turns decoded records into rows. Appends are in memory; a commit follows within COMMIT_AFTER_MS. */
export class Ingest {
  readonly spans: WideTable;
  readonly logs: WideTable;
  readonly sourceTable: WideTable;
  readonly #partTable: WideTable;
  readonly #sources: Sources;
  readonly #parts: TraceParts;
  readonly #seen: SeenSpans;
  readonly #serial = new Serial();
  #pendingRows = 0;
  #pendingLogs: LogRecord[] = [];
  #timer: NodeJS.Timeout | null = null;
  received = { spans: 0, logs: 0 };
  duplicates = 0;

  constructor(
    private readonly database: Database,
    private readonly onCommit: (committed: Committed) => void,
    private readonly onLost: (rows: number, reason: string) => void,
  ) {
    this.spans = new WideTable('spans', database.writer, SPAN_CORE);
    this.logs = new WideTable('logs', database.writer, LOG_CORE);
    this.sourceTable = new WideTable('sources', database.writer);
    this.#partTable = new WideTable('trace_parts', database.writer);
    this.#sources = new Sources(this.sourceTable);
    this.#parts = new TraceParts(this.#partTable);
    this.#seen = new SeenSpans();
  }

  async open(): Promise<void> {
    for (const table of [this.spans, this.logs, this.sourceTable]) await table.attributes.load();
    await this.#sources.load(this.database.writer);
    // Rows are numbered in the order in which they came. Null while there are none.
    const [last] = await this.database.all('SELECT max(rowid)::DOUBLE AS row FROM spans');
    const recent = `SELECT trace_id, span_id FROM spans WHERE annotation = 0 AND rowid > ${Number(last?.['row']) - REMEMBERED}`;
    await this.database.inChunks(recent, [], ([traceIds, spanIds]) =>
      traceIds!.forEach((traceId, i) => this.#seen.add(String(traceId), String(spanIds![i]))),
    );
  }

  /** Spans that were sent before are left out. */
  addSpans(records: SpanRecord[]): Promise<void> {
    return this.#serial.run(async () => {
      const fresh = records.filter((span) => this.#seen.add(span.traceId, span.spanId));
      this.duplicates += records.length - fresh.length;
      await this.#takeSpans(fresh);
    });
  }

  addLogs(records: LogRecord[]): Promise<void> {
    return this.#serial.run(() => this.#takeLogs(records));
  }

  /** Leaves out what is in the store, however long, and takes again what was deleted. Answers with what it took. */
  import(spans: SpanRecord[], logs: LogRecord[]): Promise<{ spans: number; logs: number }> {
    return this.#serial.run(async () => {
      await this.#commit();
      const freshSpans = await withoutStoredSpans(this.database, spans);
      const freshLogs = await withoutStoredLogs(this.database, logs);
      for (const span of freshSpans) this.#seen.add(span.traceId, span.spanId);
      this.duplicates += spans.length - freshSpans.length + logs.length - freshLogs.length;
      await this.#takeSpans(freshSpans);
      await this.#takeLogs(freshLogs);
      return { spans: freshSpans.length, logs: freshLogs.length };
    });
  }

  /** Everything accepted so far is in the file when this resolves. */
  flush(): Promise<void> {
    return this.#serial.run(async () => void (await this.#commit()));
  }

  /** Runs between commits: nothing is appended meanwhile. */
  exclusively<T>(work: () => Promise<T>): Promise<T> {
    return this.#serial.run(async () => {
      await this.#commit();
      return work();
    });
  }

  async close(): Promise<void> {
    await this.flush();
    if (this.#timer) clearTimeout(this.#timer);
    for (const table of [this.spans, this.logs, this.sourceTable, this.#partTable]) table.close();
  }

  async #takeSpans(records: SpanRecord[]): Promise<void> {
    const lists = function* (span: SpanRecord) {
      yield span.attributes;
      for (const event of span.events) yield event.attributes;
      for (const link of span.links) yield link.attributes;
    };
    const receivedS = Math.floor(Date.now() / 1000);
    await this.#append(this.spans, records, lists, (span) => this.#appendSpan(span, receivedS));
    this.received.spans += records.length;
  }

  async #takeLogs(records: LogRecord[]): Promise<void> {
    const lists = (log: LogRecord) => [log.attributes];
    const receivedS = Math.floor(Date.now() / 1000);
    await this.#append(this.logs, records, lists, (log) => this.#appendLog(log, receivedS));
    this.received.logs += records.length;
  }

  async #prepare<R extends { source: Source }>(
    table: WideTable,
    records: R[],
    lists: (record: R) => Iterable<SpanRecord['attributes']>,
  ): Promise<void> {
    const sources = new Set(records.map((record) => record.source));
    await this.sourceTable.prepare([...sources].flatMap(({ resource, scope }) => [resource, scope]));
    await this.#partTable.prepare([]);
    await table.prepare(
      (function* () {
        for (const record of records) yield* lists(record);
      })(),
    );
  }

  /** Does not fail: a sender who came again would be told that the spans are there already. */
  async #append<R extends { source: Source }>(
    table: WideTable,
    records: R[],
    lists: (record: R) => Iterable<SpanRecord['attributes']>,
    append: (record: R) => void,
  ): Promise<void> {
    let appended = 0;
    try {
      await this.#prepare(table, records, lists);
      while (appended < records.length) {
        append(records[appended]!);
        if (++appended % SLICE !== 0) continue;
        // What was prepared is lost with a commit.
        if (this.#pendingRows >= COMMIT_ROWS && !(await this.#commit())) await this.#prepare(table, records, lists);
        await pause();
      }
    } catch (error) {
      await this.#lose(this.#pendingRows + records.length - appended, error);
    }
    this.#timer ??= setTimeout(() => void this.flush(), COMMIT_AFTER_MS);
  }

  #appendSpan(span: SpanRecord, receivedS: number): void {
    const source = this.#sources.store(span.source);
    const { traceId, spanId, startNs } = span;
    const durationNs = span.endNs > startNs ? span.endNs - startNs : 0n;
    this.spans.append(
      // prettier-ignore
      [receivedS, source.id, traceId, spanId, orNull(span.parentId), source.service, span.name, clamp(span.kind, 5),
        startNs, durationNs, clamp(span.statusCode, 2), orNull(span.statusMessage), ANNOTATION.span,
        span.events.length, span.links.length, null, null, orNull(span.traceState), span.flags],
      span.attributes,
    );
    this.#parts.addSpan(span, source.service);
    this.#pendingRows += 1 + span.events.length + span.links.length;
    if (span.events.length + span.links.length > 0) this.#appendAnnotations(span, source, receivedS);
  }

  #appendAnnotations(span: SpanRecord, source: StoredSource, receivedS: number): void {
    const { startNs } = span;
    for (const event of span.events) {
      const at = inRange(event.timeNs, startNs);
      this.spans.append(
        // prettier-ignore
        [receivedS, source.id, span.traceId, null, span.spanId, source.service, event.name, null, at, null, null, null,
          ANNOTATION.event],
        event.attributes,
      );
    }
    for (const link of span.links) {
      this.spans.append(
        // prettier-ignore
        [receivedS, source.id, span.traceId, null, span.spanId, source.service, null, null, startNs, null, null, null,
          ANNOTATION.link, null, null, link.traceId, link.spanId, orNull(link.traceState)],
        link.attributes,
      );
    }
  }

  #appendLog(log: LogRecord, receivedS: number): void {
    const source = this.#sources.store(log.source);
    const body = bodyText(log);
    const exact = log.body === null || typeof log.body === 'string' ? null : JSON.stringify(toAnyValue(log.body));
    this.logs.append(
      // prettier-ignore
      [receivedS, source.id, orNull(log.traceId), orNull(log.spanId), source.service, log.timeNs,
        inRange(log.observedNs, log.timeNs), clamp(log.severity, 24), orNull(log.severityText), body, exact,
        orNull(log.eventName), log.flags],
      log.attributes,
    );
    this.#parts.addLog(log);
    this.#pendingRows++;
    if (this.#pendingLogs.length < LIVE_LOGS) this.#pendingLogs.push(log);
  }

  /** False when all that waited for it is lost. */
  async #commit(): Promise<boolean> {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#pendingRows === 0) return true;
    const { writer } = this.database;
    try {
      const traceIds = this.#parts.flush(Math.floor(Date.now() / 1000));
      await writer.run('BEGIN TRANSACTION');
      for (const table of [this.sourceTable, this.spans, this.logs, this.#partTable]) table.flush();
      await writer.run('COMMIT');
      const logs = this.#pendingLogs;
      this.#pendingRows = 0;
      this.#pendingLogs = [];
      this.onCommit({ traceIds, logs });
      return true;
    } catch (error) {
      await this.#lose(this.#pendingRows, error);
      return false;
    }
  }

  /** All that waits for its commit is gone; the next rows begin anew. */
  async #lose(rows: number, error: unknown): Promise<void> {
    await this.database.writer.run('ROLLBACK').catch(() => undefined);
    for (const table of [this.sourceTable, this.spans, this.logs, this.#partTable]) table.discard();
    this.#sources.forget();
    this.#parts.forget();
    this.#pendingRows = 0;
    this.#pendingLogs = [];
    this.onLost(rows, error instanceof Error ? error.message : String(error));
  }
}
