import { z } from 'zod';
import { Attributes, Count, SpanId, SpanKind, Timestamp, TraceId } from './fields.js';

export const SpanEvent = z.object({ time_us: z.number(), name: z.string(), attributes: Attributes });
export const SpanLink = z.object({ trace_id: TraceId, span_id: SpanId, attributes: Attributes });

export const Span = z
  .object({
    span_id: SpanId,
    /** null for a root. May name a span that has not arrived (yet): treat such a span as a root. */
    parent_span_id: SpanId.nullable(),
    service: z.string(),
    name: z.string(),
    kind: SpanKind,
    /** Microseconds from the trace's start, fractions are nanoseconds. */
    start_us: z.number().nonnegative(),
    duration_us: z.number().nonnegative(),
    /** Duration less the time in which at least one child was running (overlaps counted once). */
    self_us: z.number().nonnegative(),
    status: z.object({ code: z.enum(['unset', 'ok', 'error']), message: z.string().optional() }),
    attributes: Attributes,
    /** Index into the trace's `resources`. */
    resource: Count,
    scope: z.object({ name: z.string(), version: z.string() }),
    trace_state: z.string().optional(),
    events: z.array(SpanEvent),
    links: z.array(SpanLink),
  })
  .meta({ id: 'Span' });
export type Span = z.infer<typeof Span>;

export const TraceLog = z
  .object({
    /** null for a log that names the trace but no span. */
    span_id: SpanId.nullable(),
    /** Microseconds from the trace's start; negative when the log is older than the first span. */
    time_us: z.number(),
    service: z.string(),
    level: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal']).nullable(),
    body: z.string(),
    attributes: Attributes,
  })
  .meta({ id: 'TraceLog' });
export type TraceLog = z.infer<typeof TraceLog>;

export const Trace = z
  .object({
    trace_id: TraceId,
    start: Timestamp,
    duration_us: z.number().nonnegative(),
    services: z.array(z.string()),
    /** Resource attributes, shared by the spans that name them by index. */
    resources: z.array(Attributes),
    /** By start time. */
    spans: z.array(Span),
    /** By time. */
    logs: z.array(TraceLog),
    /** Spans whose parent is not in the store: it may be late, dropped or sampled away. */
    missing_parents: z.array(SpanId),
    /** How many spans were left out because the trace has more than the limit (100,000). */
    spans_left_out: Count,
  })
  .meta({ id: 'Trace' });
export type Trace = z.infer<typeof Trace>;

export const TraceSummary = z
  .object({
    trace_id: TraceId,
    start: Timestamp,
    duration_us: z.number().nonnegative(),
    /** The span without a parent; null while (or when) it is missing. */
    root: z.object({ service: z.string(), name: z.string() }).nullable(),
    span_count: Count,
    error_count: Count,
    services: z.array(z.string()),
  })
  .meta({ id: 'TraceSummary' });
export type TraceSummary = z.infer<typeof TraceSummary>;
