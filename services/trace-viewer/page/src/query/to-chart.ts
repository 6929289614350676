import { type QueryResult } from '../api/types.js';
import { formatValue } from '../format/number.js';

export interface ChartLine {
  readonly label: string;
  readonly values: (number | null)[];
}
export interface Chart {
  readonly name: string;
  /** Epoch seconds, as many as each line has values. */
  readonly times: readonly number[];
  readonly lines: readonly ChartLine[];
  /** Groups that are in the table and not drawn. */
  readonly left_out: number;
}

/** More lines than this cannot be told apart. */
export const MOST_LINES = 10;

/** One chart per calculation, one line per group. Where nothing was counted a count is 0 and anything else a gap. */
export function toCharts(result: QueryResult): Chart[] {
  const breakdowns = result.columns.filter(({ role }) => role === 'breakdown').map(({ name }) => name);
  const keyOf = (data: Record<string, unknown>) => JSON.stringify(breakdowns.map((name) => data[name] ?? null));
  const labelOf = (data: Record<string, unknown>) => breakdowns.map((name) => formatValue(data[name])).join(', ');
  const groups = result.rows.slice(0, MOST_LINES);
  const times = timesOf(result);
  const position = new Map(times.map((time, i) => [time, i]));
  return result.columns
    .filter(({ role, type }) => role === 'calculation' && type === 'number')
    .map(({ name }) => {
      const empty = /^(COUNT|SUM|CONCURRENCY)/.test(name) ? 0 : null;
      const lines = groups.map((row) => ({
        key: keyOf(row),
        label: labelOf(row) || name,
        values: times.map((): number | null => empty),
      }));
      const byKey = new Map(lines.map((line) => [line.key, line]));
      for (const { time, data } of result.series) {
        const value = data[name];
        const at = position.get(Date.parse(time) / 1000);
        const line = byKey.get(keyOf(data));
        if (line && at !== undefined && typeof value === 'number') line.values[at] = value;
      }
      return {
        name,
        times,
        lines: lines.map(({ label, values }) => ({ label, values })),
        left_out: result.rows.length - groups.length,
      };
    });
}

/** Every bucket of the range, also those without data, so that a silence is seen. */
function timesOf({ series, start_time, end_time, granularity }: QueryResult): number[] {
  const seen = series.map(({ time }) => Date.parse(time) / 1000);
  const step = Math.max(1, granularity);
  const first = seen[0] ?? Date.parse(start_time) / 1000;
  const times = new Set(seen);
  for (let t = first; t >= Date.parse(start_time) / 1000; t -= step) times.add(t);
  for (let t = first; t < Date.parse(end_time) / 1000; t += step) times.add(t);
  return [...times].sort((a, b) => a - b);
}
