/** A Query Specification as a file or Honeycomb has it: with or without defaults. */
export interface Query {
  calculations?: { op: string; column?: string | null }[];
  breakdowns?: string[];
  filters?: { column?: string | null; op: string; value?: unknown }[];
  filter_combination?: string;
  orders?: { column?: string | null; op?: string | null; order?: string }[];
  havings?: { calculate_op: string; column?: string | null; op?: string; value?: unknown }[];
  limit?: number;
  time_range?: number;
  start_time?: number;
  end_time?: number;
  granularity?: number;
}

const DEFAULT_TIME_RANGE = 7_200;

/** The columns that a query names, each once: Honeycomb refuses a query that names one it has never seen. */
export function columnsOf({ calculations, breakdowns, filters, orders, havings }: Query): string[] {
  const named = [calculations, filters, orders, havings].flatMap((list) => (list ?? []).map(({ column }) => column));
  return [...new Set([...(breakdowns ?? []), ...named.filter((column) => column != null)])];
}

/** What Honeycomb gets of a query of ours: what a file leaves out is left to Honeycomb. */
export function toSend(query: Query): Query {
  const given = Object.entries(query).filter(([, value]) => !(Array.isArray(value) && value.length === 0));
  return Object.fromEntries(given.filter(([name, value]) => !(name === 'granularity' && value === 0)));
}

/** Whether two queries ask the same, whichever of them spells out the defaults. */
export function sameQuery(one: Query, other: Query): boolean {
  return JSON.stringify(canonical(one)) === JSON.stringify(canonical(other));
}

function canonical(query: Query) {
  const absolute = query.start_time || query.end_time;
  return [
    query.calculations?.length ? query.calculations.map(({ op, column }) => [op, column ?? null]) : [['COUNT', null]],
    query.breakdowns ?? [],
    (query.filters ?? []).map(({ column, op, value }) => [column ?? null, op, value ?? null]),
    query.filter_combination || 'AND',
    (query.orders ?? []).map(({ column, op, order }) => [column ?? null, op ?? null, order || 'ascending']),
    (query.havings ?? []).map(({ calculate_op, column, op, value }) => [calculate_op, column ?? null, op, value]),
    query.limit || 100,
    query.time_range || (absolute ? 0 : DEFAULT_TIME_RANGE),
    query.start_time || 0,
    query.end_time || 0,
    query.granularity || 0,
  ];
}
