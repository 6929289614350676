import { z } from 'zod';
import { Flag, Timestamp, TraceId } from './fields.js';

const limit = (fallback: number, max: number) => z.coerce.number().int().min(1).max(max).default(fallback);
const milliseconds = z.coerce.number().nonnegative();

/** `GET /api/traces`. `before` is a `next_before` of an earlier page, or any timestamp. */
export const ListTraces = z.strictObject({
  service: z.string().optional(),
  /** Matches traces with a span of exactly this name (of that service, when both are given). */
  name: z.string().optional(),
  min_duration_ms: milliseconds.optional(),
  max_duration_ms: milliseconds.optional(),
  error: Flag.optional(),
  after: Timestamp.optional(),
  before: z
    .string()
    .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z(,[0-9a-f]{32})?$/, 'must be a timestamp or a next_before')
    .optional(),
  limit: limit(50, 500),
});
export type ListTraces = z.infer<typeof ListTraces>;

/** `GET /api/logs`. */
export const ListLogs = z.strictObject({
  service: z.string().optional(),
  /** This severity and worse. */
  level: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal']).optional(),
  /** Case-insensitive substring of the body or of a string attribute. */
  search: z.string().max(500).optional(),
  trace_id: TraceId.optional(),
  after: Timestamp.optional(),
  /** Older than this; a `next_before` of an earlier page. */
  before: Timestamp.optional(),
  limit: limit(100, 1000),
});
export type ListLogs = z.infer<typeof ListLogs>;

/** `GET /api/services`: both ends optional; the default is everything in the store. */
export const TimeWindow = z.strictObject({ start_time: Timestamp.optional(), end_time: Timestamp.optional() });
export type TimeWindow = z.infer<typeof TimeWindow>;

/** `GET /api/columns/values`. */
export const ListValues = z.strictObject({
  column: z.string().min(1),
  prefix: z.string().max(200).default(''),
  limit: limit(20, 200),
});
export type ListValues = z.infer<typeof ListValues>;

/** `GET /api/export`: one or more traces as one OTLP JSON document. */
export const ExportTraces = z.strictObject({
  trace_id: z.preprocess(
    (value) => (Array.isArray(value) ? (value as unknown[]) : [value]),
    z.array(TraceId).min(1).max(100),
  ),
});
