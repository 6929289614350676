import { type Calculation, type CalculationOp, type Dataset, type Filter, type QuerySpecInput } from '../api/types.js';
import { formatFilter, parseFilter } from './filters.js';

export const CALCULATION_OPS = [
  'COUNT',
  'HEATMAP',
  'P50',
  'P75',
  'P90',
  'P95',
  'P99',
  'P999',
  'AVG',
  'MIN',
  'MAX',
  'SUM',
  'COUNT_DISTINCT',
  'CONCURRENCY',
  'RATE_AVG',
  'RATE_SUM',
  'RATE_MAX',
  'P001',
  'P01',
  'P05',
  'P10',
  'P20',
  'P25',
  'P80',
] as const satisfies readonly CalculationOp[];

export const takesColumn = (op: CalculationOp): boolean => op !== 'COUNT' && op !== 'CONCURRENCY';

export interface QueryState {
  readonly dataset: Dataset;
  /** Without its time, which the page's time range holds. */
  readonly spec: QuerySpecInput;
}

const COMPARISONS = ['<=', '>=', '!=', '=', '<', '>'] as const;

/**
 * A query as readable search parameters: `calc=P95(duration_ms)`, `where=service.name = gateway`, `by=name`,
 * `order=-COUNT`, `having=COUNT > 10`, `any=1` for OR, `limit=`, `dataset=logs`. What cannot be read is left out.
 */
export function decodeQuery(params: URLSearchParams): QueryState {
  const limit = Number(params.get('limit'));
  return {
    dataset: params.get('dataset') === 'logs' ? 'logs' : 'spans',
    spec: {
      calculations: compact(params.getAll('calc').map(parseCalculation)),
      filters: decodeFilters(params),
      breakdowns: params.getAll('by').filter(Boolean),
      orders: compact(params.getAll('order').map(parseOrder)),
      havings: compact(params.getAll('having').map(parseHaving)),
      ...(params.get('any') === '1' && { filter_combination: 'OR' as const }),
      ...(Number.isInteger(limit) && limit >= 1 && limit <= 1000 && { limit }),
    },
  };
}

export const decodeFilters = (params: URLSearchParams): Filter[] => compact(params.getAll('where').map(parseFilter));

/** Every parameter that `decodeQuery` reads, so that setting them replaces a query wholly. */
export function encodeQuery({ dataset, spec }: QueryState): Record<string, string | string[] | null> {
  return {
    calc: (spec.calculations ?? []).map(formatCalculation),
    where: (spec.filters ?? []).map(formatFilter),
    by: [...(spec.breakdowns ?? [])],
    order: (spec.orders ?? []).map(formatOrder),
    having: (spec.havings ?? []).map(
      (having) =>
        `${formatCalculation({ op: having.calculate_op, column: having.column })} ${having.op} ${having.value}`,
    ),
    any: spec.filter_combination === 'OR' ? '1' : null,
    limit: spec.limit ? String(spec.limit) : null,
    dataset: dataset === 'logs' ? 'logs' : null,
  };
}

export function queryHref(state: QueryState, extra: Record<string, string> = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries({ ...encodeQuery(state), ...extra }))
    for (const one of Array.isArray(value) ? value : value === null ? [] : [value]) search.append(name, one);
  return `/query?${search}`;
}

export const formatCalculation = ({ op, column }: Calculation): string => (column ? `${op}(${column})` : op);

export function parseCalculation(text: string): Calculation | undefined {
  const [, op, column] = /^([A-Z0-9_]+)(?:\((.+)\))?$/.exec(text) ?? [];
  if (!op || !(CALCULATION_OPS as readonly string[]).includes(op)) return undefined;
  const known = op as CalculationOp;
  if (takesColumn(known) !== (column !== undefined)) return undefined;
  return column ? { op: known, column } : { op: known };
}

type Order = NonNullable<QuerySpecInput['orders']>[number];

function parseOrder(text: string): Order | undefined {
  const order = text.startsWith('-') ? ('descending' as const) : ('ascending' as const);
  const key = text.replace(/^-/, '');
  if (!key) return undefined;
  return { ...(parseCalculation(key) ?? { column: key }), order };
}

export const formatOrder = ({ op, column, order }: Order): string =>
  (order === 'descending' ? '-' : '') + (op ? formatCalculation({ op, column }) : (column ?? ''));

function parseHaving(text: string): NonNullable<QuerySpecInput['havings']>[number] | undefined {
  for (const op of COMPARISONS) {
    const at = text.indexOf(` ${op} `);
    const calculation = at > 0 ? parseCalculation(text.slice(0, at)) : undefined;
    const value = Number(text.slice(at + op.length + 2));
    if (calculation && Number.isFinite(value))
      return { calculate_op: calculation.op, ...(calculation.column && { column: calculation.column }), op, value };
  }
  return undefined;
}

const compact = <T>(values: readonly (T | undefined)[]): T[] => values.filter((value) => value !== undefined);
