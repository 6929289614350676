import {
  type Calculation,
  type CalculationOp,
  type Dataset,
  PERCENTILES,
  type QuerySpec,
} from '../api/schemas/query.js';
import type { Statement } from './columns.js';
import { unprocessable } from './errors.js';
import type { TimeRange } from './time-range.js';

export type Plan = { label: string; op: CalculationOp; sql: string | null; value: string | null };

/** The part of a rate before its division: the difference of these per second is the rate. */
const RATES: Partial<Record<CalculationOp, string>> = { RATE_SUM: 'sum', RATE_AVG: 'avg', RATE_MAX: 'max' };
const PLAIN: Partial<Record<CalculationOp, string>> = { SUM: 'sum', AVG: 'avg', MIN: 'min', MAX: 'max' };

export const labelOf = ({ op, column }: { op: string; column?: string | null | undefined }) =>
  column == null ? op : `${op}(${column})`;

/** Columns a statement aggregates, as v0, v1, ... of its inner SELECT. */
export class Values {
  readonly sql: string[] = [];
  readonly #byName = new Map<string, string>();

  constructor(private readonly statement: Statement) {}

  of(path: string, name: string, numeric: boolean): string {
    const column = this.statement.column(path, name);
    if (numeric && column.type !== 'DOUBLE') throw unprocessable(path, `${JSON.stringify(name)} is not a number`);
    let value = this.#byName.get(name);
    if (value === undefined) {
      value = `v${this.sql.length}`;
      this.sql.push(`${column.sql} AS ${value}`);
      this.#byName.set(name, value);
    }
    return value;
  }
}

/**
 * Nanoseconds of `value`, milliseconds from `tm` on, that lie between two instants, added up. Over the time between
 * them this is how many spans were in flight at a time. Events and links have no duration.
 */
export const inFlight = (value: string, fromNs: string, toNs: string) =>
  `sum(greatest(0, least(tm + ${value} * 1e6, ${toNs}) - greatest(tm, ${fromNs})))
    FILTER (${value} IS NOT NULL)::DOUBLE`;

/** Aggregates over the inner SELECT. HEATMAP has none: it is counted apart. */
export function planCalculations(spec: QuerySpec, values: Values, range: TimeRange, dataset: Dataset): Plan[] {
  const calculations: Calculation[] = spec.calculations.length > 0 ? spec.calculations : [{ op: 'COUNT' }];
  const percentiles = new Map<string, number[]>();
  for (const { op, column } of calculations)
    if (op in PERCENTILES)
      percentiles.set(column!, [...(percentiles.get(column!) ?? []), PERCENTILES[op as keyof typeof PERCENTILES]]);
  const plans = calculations.map(({ op, column }, i): Plan => {
    const label = labelOf({ op, column });
    if (op === 'COUNT') return { label, op, sql: 'count(*)::DOUBLE', value: null };
    if (op === 'CONCURRENCY') {
      const path = `calculations[${i}].op`;
      if (dataset === 'logs') throw unprocessable(path, 'log records have no duration: CONCURRENCY is of spans');
      const value = values.of(path, 'duration_ms', true);
      const { startNs, endNs } = range;
      return {
        label,
        op,
        sql: `coalesce(${inFlight(value, `${startNs}`, `${endNs}`)}, 0) / ${endNs - startNs}`,
        value,
      };
    }
    const value = values.of(`calculations[${i}].column`, column!, op !== 'COUNT_DISTINCT');
    if (op === 'HEATMAP') return { label, op, sql: null, value };
    if (op === 'COUNT_DISTINCT') return { label, op, sql: `count(DISTINCT ${value})::DOUBLE`, value };
    const plain = PLAIN[op] ?? RATES[op];
    if (plain !== undefined) return { label, op, sql: `${plain}(${value})::DOUBLE`, value };
    // One aggregate for all percentiles of a column: the values are sorted once.
    const wanted = percentiles.get(column!)!;
    const at = wanted.indexOf(PERCENTILES[op as keyof typeof PERCENTILES]) + 1;
    return { label, op, sql: `quantile_cont(${value}, [${wanted.join(', ')}])[${at}]`, value };
  });
  return [...new Map(plans.map((plan) => [plan.label, plan])).values()];
}

export const isRate = ({ op }: Plan) => op in RATES;

function find(plans: Plan[], path: string, named: { op: string; column?: string | null | undefined }): Plan {
  const plan = plans.find(({ label }) => label === labelOf(named));
  if (plan === undefined) throw unprocessable(path, `${labelOf(named)} is not among the calculations`);
  if (plan.sql === null || isRate(plan)) throw unprocessable(path, `${plan.op} cannot be compared`);
  return plan;
}

export function compileOrder(spec: QuerySpec, plans: Plan[]): string {
  const orders = spec.orders.map(({ op, column, order }, i) => {
    const direction = order === 'descending' ? 'DESC' : 'ASC';
    if (op != null) return `${find(plans, `orders[${i}]`, { op, column }).sql} ${direction} NULLS LAST`;
    const at = column == null ? -1 : spec.breakdowns.indexOf(column);
    if (at === -1) throw unprocessable(`orders[${i}].column`, `${JSON.stringify(column ?? null)} is not a breakdown`);
    return `g${at} ${direction} NULLS LAST`;
  });
  const first = plans.find((plan) => plan.sql !== null && !isRate(plan));
  if (orders.length === 0 && first) orders.push(`${first.sql} DESC NULLS LAST`);
  // Equal rows in the same order every time.
  orders.push(...spec.breakdowns.map((_, i) => `g${i} NULLS LAST`));
  return orders.length > 0 ? `ORDER BY ${orders.join(', ')}` : '';
}

export function compileHavings(spec: QuerySpec, plans: Plan[], statement: Statement): string {
  const operators = { '=': '=', '!=': '<>', '>': '>', '>=': '>=', '<': '<', '<=': '<=' } as const;
  const conditions = spec.havings.map(({ calculate_op, column, op, value }, i) => {
    const { sql } = find(plans, `havings[${i}]`, { op: calculate_op, column });
    return `${sql} ${operators[op]} ${statement.bind(value)}`;
  });
  return conditions.length > 0 ? `HAVING ${conditions.join(' AND ')}` : '';
}
