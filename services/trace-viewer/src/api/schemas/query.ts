import { z } from 'zod';

/** https://docs.honeycomb.io/api/tag/Queries: the parts of a Query Specification that are run here. */
export const PERCENTILES = {
  P001: 0.001,
  P01: 0.01,
  P05: 0.05,
  P10: 0.1,
  P20: 0.2,
  P25: 0.25,
  P50: 0.5,
  P75: 0.75,
  P80: 0.8,
  P90: 0.9,
  P95: 0.95,
  P99: 0.99,
  P999: 0.999,
} as const;

export const CALCULATION_OPS = [
  'COUNT',
  'COUNT_DISTINCT',
  'SUM',
  'AVG',
  'MIN',
  'MAX',
  'HEATMAP',
  'CONCURRENCY',
  'RATE_SUM',
  'RATE_AVG',
  'RATE_MAX',
  ...(Object.keys(PERCENTILES) as (keyof typeof PERCENTILES)[]),
] as const;
export type CalculationOp = (typeof CALCULATION_OPS)[number];

export const FILTER_OPS = [
  '=',
  '!=',
  '>',
  '>=',
  '<',
  '<=',
  'starts-with',
  'does-not-start-with',
  'ends-with',
  'does-not-end-with',
  'contains',
  'does-not-contain',
  'exists',
  'does-not-exist',
  'in',
  'not-in',
] as const;

const column = z.string().min(1).max(300);
const scalar = z.union([z.string(), z.number(), z.boolean()]);

/** Operators that are about rows, not about the values of a column. */
const OF_ROWS: readonly string[] = ['COUNT', 'CONCURRENCY'];

export const Calculation = z
  .strictObject({ op: z.enum(CALCULATION_OPS), column: column.nullish() })
  .refine(({ op, column }) => OF_ROWS.includes(op) || column != null, {
    path: ['column'],
    message: 'is needed by this operator',
  })
  .refine(({ op, column }) => !(OF_ROWS.includes(op) && column != null), {
    path: ['column'],
    message: 'this operator takes no column',
  });
export type Calculation = z.infer<typeof Calculation>;

export const Filter = z
  .strictObject({ column, op: z.enum(FILTER_OPS), value: z.union([scalar, z.array(scalar).max(1000)]).nullish() })
  .superRefine(({ op, value }, issues) => {
    const needs = op.endsWith('exist') || op === 'exists' ? 'no' : op === 'in' || op === 'not-in' ? 'array' : 'scalar';
    const has = value == null ? 'no' : Array.isArray(value) ? 'array' : 'scalar';
    if (needs === has) return;
    const message = { no: 'takes no value', array: 'needs an array', scalar: 'needs a single value' }[needs];
    issues.addIssue({ code: 'custom', path: ['value'], message: `${op} ${message}` });
  });
export type Filter = z.infer<typeof Filter>;

export const Order = z.strictObject({
  column: column.nullish(),
  op: z.enum(CALCULATION_OPS).nullish(),
  order: z.enum(['ascending', 'descending']).default('ascending'),
});

export const Having = z.strictObject({
  calculate_op: z.enum(CALCULATION_OPS),
  column: column.nullish(),
  op: z.enum(['=', '!=', '>', '>=', '<', '<=']),
  value: z.number(),
});

const seconds = z.number().int().nonnegative();

/** Times are Unix seconds and ranges are seconds, as Honeycomb has them. Unknown fields are refused by name. */
export const QuerySpec = z
  .strictObject({
    calculations: z.array(Calculation).max(100).default([]),
    breakdowns: z.array(column).max(100).default([]),
    filters: z.array(Filter).max(100).default([]),
    filter_combination: z.enum(['AND', 'OR']).default('AND'),
    orders: z.array(Order).max(100).default([]),
    havings: z.array(Having).max(100).default([]),
    limit: z.number().int().min(1).max(1000).default(100),
    time_range: seconds.min(1).optional(),
    start_time: seconds.optional(),
    end_time: seconds.optional(),
    /** Seconds per point of the series; chosen when absent. */
    granularity: seconds.optional(),
  })
  .refine((spec) => [spec.time_range, spec.start_time, spec.end_time].filter((t) => t != null).length < 3, {
    path: ['time_range'],
    message: 'give at most two of time_range, start_time and end_time',
  })
  .meta({ id: 'QuerySpec' });
export type QuerySpec = z.infer<typeof QuerySpec>;
export type QuerySpecInput = z.input<typeof QuerySpec>;

/** Spans, span events and links are rows of `spans`, as in Honeycomb; log records are rows of `logs`. */
export const Dataset = z.enum(['spans', 'logs']).default('spans');
export type Dataset = z.infer<typeof Dataset>;

/** A file of queries/: what the Query Specification itself has no room for stands beside it. */
export const SavedQuery = z
  .strictObject({
    name: z.string().min(1).max(320),
    description: z.string().max(1023).default(''),
    dataset: Dataset,
    query: QuerySpec,
  })
  .meta({ id: 'SavedQuery' });
export type SavedQuery = z.infer<typeof SavedQuery>;

/** A file of queries/boards/: slugs of saved queries, in the order they are shown. */
export const Board = z
  .strictObject({
    name: z.string().min(1).max(320),
    description: z.string().max(1023).default(''),
    queries: z.array(z.string()).min(1).max(50),
  })
  .meta({ id: 'Board' });
export type Board = z.infer<typeof Board>;
