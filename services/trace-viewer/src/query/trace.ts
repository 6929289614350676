import type { Span, Trace, TraceLog } from '../api/schemas/trace.js';
import type { AnyValueJson } from '../receiver/otlp/records.js';
import { toPlain } from '../receiver/otlp/values.js';
import { kindName } from '../store/core-columns.js';
import type { Database } from '../store/database.js';
import { ANNOTATION } from '../store/schema.js';
import { levelOf } from '../store/severity.js';
import { plainAttributes, readWide, type WideRow } from './row-attributes.js';
import { selfTime } from './self-time.js';
import { formatNs, toMicroseconds } from './time.js';
import type { WideTable } from '../store/wide-table.js';

export interface Tables {
  database: Database;
  spans: WideTable;
  logs: WideTable;
}

/** Rows of one trace as they are stored, for the page's form and for export. */
export interface StoredTrace {
  /** In order of start. */
  spans: WideRow[];
  annotations: WideRow[];
  logs: WideRow[];
  sources: Map<number, StoredSource>;
  leftOut: number;
}

export interface StoredSource {
  scopeName: string;
  scopeVersion: string;
  resource: { key: string; value: AnyValueJson }[];
  scope: { key: string; value: AnyValueJson }[];
}

const MAX_ROWS = 100_000;
// prettier-ignore
const SPAN_FIELDS = ['source', 'trace_id', 'span_id', 'parent_id', 'service', 'name', 'kind', 'start_ns', 'duration_ns', 'status',
  'status_message', 'annotation', 'link_trace_id', 'link_span_id', 'trace_state', 'flags'];
// prettier-ignore
const LOG_FIELDS = ['source', 'trace_id', 'span_id', 'service', 'time_ns', 'observed_ns', 'severity', 'severity_text',
  'body', 'body_exact', 'event_name', 'flags'];

/** Null when nothing of the trace is stored. */
export async function readTrace({ database, spans, logs }: Tables, traceId: string): Promise<StoredTrace | null> {
  const [bounds] = await database.all(
    `SELECT min(start_ns) AS s, max(end_ns) AS e, min(log_start_ns) AS ls, max(log_end_ns) AS le,
       sum(spans)::INTEGER AS spans
     FROM trace_parts WHERE trace_id = $1`,
    [traceId],
  );
  if (!bounds || (bounds['s'] === null && bounds['ls'] === null)) return null;
  // The time bounds are what makes this fast: they let DuckDB skip all row groups of other times.
  const within = (table: string, time: string, from: string, to: string, order: string) =>
    `(SELECT * FROM ${table} WHERE trace_id = $1 AND ${time} BETWEEN ${from} AND ${to} ORDER BY ${order} LIMIT ${MAX_ROWS}) t`;
  const [spanRows, logRows] = await Promise.all([
    bounds['s'] === null
      ? []
      : readWide(
          database,
          spans,
          SPAN_FIELDS,
          // Span events may lie outside of their spans; not by more than clocks differ within one process.
          within(
            'spans',
            'start_ns',
            `${bounds['s']} - 60000000000`,
            `${bounds['e']} + 60000000000`,
            'annotation, start_ns',
          ),
          [traceId],
        ),
    bounds['ls'] === null
      ? []
      : readWide(
          database,
          logs,
          LOG_FIELDS,
          within('logs', 'time_ns', `${bounds['ls']}`, `${bounds['le']}`, 'time_ns'),
          [traceId],
        ),
  ]);
  const seen = new Set<unknown>();
  const isSpan = ({ core }: WideRow) => core['annotation'] === ANNOTATION.span;
  // A span sent again long after the store forgot that it had it.
  const unique = spanRows.filter(
    (row) => isSpan(row) && !seen.has(row.core['span_id']) && seen.add(row.core['span_id']),
  );
  return {
    spans: unique,
    annotations: spanRows.filter((row) => !isSpan(row)),
    logs: logRows,
    sources: await readSources(database, [...spanRows, ...logRows]),
    leftOut: Math.max(0, Number(bounds['spans'] ?? 0) - MAX_ROWS),
  };
}

export async function readSources(database: Database, rows: WideRow[]): Promise<Map<number, StoredSource>> {
  const ids = [...new Set(rows.map(({ core }) => Number(core['source'])))];
  if (ids.length === 0) return new Map();
  const stored = await database.all(`SELECT * FROM sources WHERE id IN (${ids.join(', ')})`);
  return new Map(
    stored.map((row) => [
      Number(row['id']),
      {
        scopeName: String(row['scope_name']),
        scopeVersion: String(row['scope_version']),
        resource: JSON.parse(String(row['resource'])) as StoredSource['resource'],
        scope: JSON.parse(String(row['scope'])) as StoredSource['scope'],
      },
    ]),
  );
}

const STATUS = ['unset', 'ok', 'error'] as const;

export function toTrace(traceId: string, stored: StoredTrace): Trace {
  const times = stored.spans.length > 0 ? stored.spans : stored.logs;
  const startOf = ({ core }: WideRow) => (core['start_ns'] ?? core['time_ns']) as bigint;
  const start = times.reduce((least, row) => (startOf(row) < least ? startOf(row) : least), startOf(times[0]!));
  const offset = (ns: bigint) => toMicroseconds(ns - start);
  const resources = new Map<string, number>();
  const resourceOf = new Map<number, number>();
  for (const [id, { resource }] of stored.sources) {
    const key = JSON.stringify(resource);
    if (!resources.has(key)) resources.set(key, resources.size);
    resourceOf.set(id, resources.get(key)!);
  }
  const spans = stored.spans.map((row) => toSpan(row, offset, stored.sources, resourceOf));
  addAnnotations(spans, stored.annotations, offset);
  addSelfTime(spans);
  const ids = new Set(spans.map((span) => span.span_id));
  const missing = new Set(spans.flatMap(({ parent_span_id: id }) => (id !== null && !ids.has(id) ? [id] : [])));
  return {
    trace_id: traceId,
    start: formatNs(start),
    duration_us: spans.reduce((end, span) => Math.max(end, span.start_us + span.duration_us), 0),
    services: [...new Set(spans.map((span) => span.service))].sort(),
    resources: [...resources.keys()].map((key) =>
      Object.fromEntries((JSON.parse(key) as StoredSource['resource']).map((kv) => [kv.key, toPlain(kv.value)])),
    ),
    spans,
    logs: stored.logs.map((row) => toLog(row, offset)),
    missing_parents: [...missing],
    spans_left_out: stored.leftOut,
  };
}

function toSpan(
  { core, attributes }: WideRow,
  offset: (ns: bigint) => number,
  sources: Map<number, StoredSource>,
  resourceOf: Map<number, number>,
): Span {
  const source = sources.get(core['source'] as number);
  return {
    span_id: core['span_id'] as string,
    parent_span_id: core['parent_id'] as string | null,
    service: core['service'] as string,
    name: core['name'] as string,
    kind: kindName(core['kind'] as number),
    start_us: offset(core['start_ns'] as bigint),
    duration_us: toMicroseconds(core['duration_ns'] as bigint),
    self_us: 0,
    status: {
      code: STATUS[core['status'] as number] ?? 'unset',
      ...(core['status_message'] === null ? {} : { message: core['status_message'] as string }),
    },
    attributes: plainAttributes(attributes),
    resource: resourceOf.get(core['source'] as number) ?? 0,
    scope: { name: source?.scopeName ?? '', version: source?.scopeVersion ?? '' },
    ...(core['trace_state'] === null ? {} : { trace_state: core['trace_state'] as string }),
    events: [],
    links: [],
  };
}

function addAnnotations(spans: Span[], annotations: WideRow[], offset: (ns: bigint) => number): void {
  const byId = new Map(spans.map((span) => [span.span_id, span]));
  for (const { core, attributes } of annotations) {
    const span = byId.get(core['parent_id'] as string);
    const plain = plainAttributes(attributes);
    if (core['annotation'] === ANNOTATION.event)
      span?.events.push({
        time_us: offset(core['start_ns'] as bigint),
        name: core['name'] as string,
        attributes: plain,
      });
    else
      span?.links.push({
        trace_id: core['link_trace_id'] as string,
        span_id: core['link_span_id'] as string,
        attributes: plain,
      });
  }
}

function addSelfTime(spans: Span[]): void {
  const interval = (span: Span) => ({ start: span.start_us, end: span.start_us + span.duration_us });
  const children = new Map<string, Span[]>();
  for (const span of spans) {
    const siblings = children.get(span.parent_span_id ?? '');
    if (siblings) siblings.push(span);
    else children.set(span.parent_span_id ?? '', [span]);
  }
  for (const span of spans)
    span.self_us = Math.round(selfTime(interval(span), (children.get(span.span_id) ?? []).map(interval)) * 1000) / 1000;
}

function toLog({ core, attributes }: WideRow, offset: (ns: bigint) => number): TraceLog {
  return {
    span_id: core['span_id'] as string | null,
    time_us: offset(core['time_ns'] as bigint),
    service: core['service'] as string,
    level: levelOf(core['severity'] as number),
    body: (core['body'] ?? '') as string,
    attributes: plainAttributes(attributes),
  };
}
