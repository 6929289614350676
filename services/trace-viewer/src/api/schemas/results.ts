import { z } from 'zod';
import { Attributes, AttributeValue, Count, SpanId, SpanKind, Timestamp, TraceId } from './fields.js';
import { Board, SavedQuery } from './query.js';
import { TraceSummary } from './trace.js';

export const TraceList = z.object({ traces: z.array(TraceSummary), next_before: z.string().nullable() });
export type TraceList = z.infer<typeof TraceList>;

export const LogRecord = z
  .object({
    time: Timestamp,
    trace_id: TraceId.nullable(),
    span_id: SpanId.nullable(),
    service: z.string(),
    level: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal']).nullable(),
    body: z.string(),
    attributes: Attributes,
  })
  .meta({ id: 'LogRecord' });
export type LogRecord = z.infer<typeof LogRecord>;
export const LogList = z.object({ logs: z.array(LogRecord), next_before: z.string().nullable() });
export type LogList = z.infer<typeof LogList>;

const measures = {
  count: Count,
  rate_per_s: z.number(),
  error_rate: z.number(),
  p50_ms: z.number(),
  p95_ms: z.number(),
  p99_ms: z.number(),
  /** Sum over the range, children's time subtracted. */
  self_ms: z.number(),
  /** Sum of the direct child spans that are database calls. */
  db_ms: z.number(),
  /** Sum of the direct child client and producer spans that are not database calls. */
  wait_ms: z.number(),
  /** Spans per latency bucket; bucket i holds [10^(i/6), 10^((i+1)/6)) microseconds, the last holds the rest. */
  histogram: z.array(Count),
};
export const Operation = z.object({ name: z.string(), kind: SpanKind, ...measures }).meta({ id: 'Operation' });
export const ServiceStats = z
  .object({ service: z.string(), ...measures, operations: z.array(Operation) })
  .meta({ id: 'ServiceStats' });
export const ServiceEdge = z
  .object({
    from: z.string(),
    to: z.string(),
    calls: Count,
    calls_per_s: z.number(),
    error_rate: z.number(),
    p95_ms: z.number(),
  })
  .meta({ id: 'ServiceEdge' });
/** A service's own figures are those of its entry spans (server, consumer, roots); operations are all its spans. */
export const ServiceList = z.object({
  start: Timestamp.nullable(),
  end: Timestamp.nullable(),
  /** Share of the traces from which self_ms, db_ms, wait_ms and the edges were projected; 1 is exact. */
  trace_sample: z.number().positive().max(1),
  services: z.array(ServiceStats),
  edges: z.array(ServiceEdge),
});
export type ServiceList = z.infer<typeof ServiceList>;

export const ColumnType = z.enum(['string', 'number', 'boolean']);
export const ColumnList = z.object({
  columns: z.array(z.object({ name: z.string(), type: ColumnType, from: z.enum(['core', 'resource', 'attribute']) })),
});
export type ColumnList = z.infer<typeof ColumnList>;

const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);
export const ValueList = z.object({ values: z.array(z.object({ value: scalar, count: Count })) });
export type ValueList = z.infer<typeof ValueList>;

/** A HEATMAP cell list: count per bucket between the `edges` of its column. */
const cell = z.union([scalar, z.array(Count)]);
const record = z.record(z.string(), cell);
export const QueryResult = z
  .object({
    columns: z.array(
      z.object({
        name: z.string(),
        type: z.enum(['string', 'number', 'boolean', 'heatmap']),
        role: z.enum(['breakdown', 'calculation']),
        /** Of a heatmap: n + 1 ascending bucket edges for n counts. */
        edges: z.array(z.number()).optional(),
      }),
    ),
    /** One per group over the whole range, in the spec's order. */
    rows: z.array(record),
    /** One per group and time bucket that has data, for the groups in `rows`; ascending in time. */
    series: z.array(z.object({ time: Timestamp, data: record })),
    start_time: Timestamp,
    end_time: Timestamp,
    granularity: Count,
    /** More groups matched than `limit`. */
    truncated: z.boolean(),
    elapsed_ms: z.number(),
  })
  .meta({ id: 'QueryResult' });
export type QueryResult = z.infer<typeof QueryResult>;

export const QueryRows = z.object({ rows: z.array(z.object({ time: Timestamp, data: Attributes })) });
export type QueryRows = z.infer<typeof QueryRows>;
export const QueryTraces = z.object({ traces: z.array(TraceSummary) });

const tally = z.array(z.object({ value: AttributeValue, count: Count }));
/** For each column: how often its commonest values occur inside the selection and in the rest. */
export const BubbleUpResult = z
  .object({
    selection_count: Count,
    baseline_count: Count,
    columns: z.array(z.object({ column: z.string(), type: ColumnType, selection: tally, baseline: tally })),
  })
  .meta({ id: 'BubbleUpResult' });
export type BubbleUpResult = z.infer<typeof BubbleUpResult>;

export const SavedQueryList = z.object({
  queries: z.array(SavedQuery.extend({ slug: z.string() })),
  boards: z.array(Board.extend({ slug: z.string() })),
  /** Files that could not be read, with the reason. */
  problems: z.array(z.object({ file: z.string(), detail: z.string() })),
});
export type SavedQueryList = z.infer<typeof SavedQueryList>;

export const ImportResult = z.object({ spans: Count, logs: Count, duplicates: Count, trace_ids: z.array(TraceId) });
export type ImportResult = z.infer<typeof ImportResult>;

export const Status = z
  .object({
    spans: Count,
    logs: Count,
    oldest: Timestamp.nullable(),
    store_bytes: Count,
    /** Oldest data goes first when the store reaches either. */
    retention: z.object({ max_age_hours: z.number(), max_bytes: Count }),
    /** Since the start of this process. */
    received: z.object({ spans: Count, logs: Count }),
    duplicates: Count,
    /** Since the start of this process; `reason` is of the latest. */
    dropped: z.object({ spans: Count, logs: Count, requests: Count, reason: z.string().nullable() }),
    /** Set when data was deleted because of the size limit. */
    full_since: Timestamp.nullable(),
    /** Set when the previous process did not stop cleanly: up to a second of data before it may be missing. */
    unclean_stop: z.object({ last_seen: Timestamp }).nullable(),
    started: Timestamp,
  })
  .meta({ id: 'Status' });
export type Status = z.infer<typeof Status>;
