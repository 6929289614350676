import { type QueryResult } from '../api/types.js';

export interface Cell {
  /** Epoch milliseconds. */
  readonly start: number;
  readonly end: number;
  /** Milliseconds of duration. */
  readonly low: number;
  readonly high: number;
  readonly count: number;
}

export interface Heatmap {
  readonly cells: readonly Cell[];
  readonly start: number;
  readonly end: number;
  readonly low: number;
  readonly high: number;
  readonly busiest: number;
}

/** The cells of a `HEATMAP(duration_ms)` result that hold something, groups added up, and the ranges of both axes. */
export function toHeatmap(result: QueryResult, name = 'HEATMAP(duration_ms)'): Heatmap {
  const edges = result.columns.find((column) => column.name === name)?.edges ?? [];
  const step = Math.max(1, result.granularity) * 1000;
  const sums = new Map<string, number[]>();
  for (const { time, data } of result.series) {
    const counts = data[name];
    if (!Array.isArray(counts)) continue;
    const sum = sums.get(time);
    sums.set(time, sum ? sum.map((count, i) => count + counts[i]!) : counts);
  }
  const cells: Cell[] = [];
  for (const [time, counts] of sums) {
    const start = Date.parse(time);
    counts.forEach((count, i) => {
      if (count > 0) cells.push({ start, end: start + step, low: edges[i]!, high: edges[i + 1]!, count });
    });
  }
  return {
    cells,
    start: Date.parse(result.start_time),
    end: Date.parse(result.end_time),
    low: Math.max(
      1e-3,
      cells.reduce((low, cell) => Math.min(low, cell.low), Infinity),
    ),
    high: cells.reduce((high, cell) => Math.max(high, cell.high), 0),
    busiest: cells.reduce((most, cell) => Math.max(most, cell.count), 0),
  };
}

/** Maps a value to 0..1, logarithmically, and back. */
export function logScale(low: number, high: number) {
  const from = Math.log10(Math.max(low, 1e-6));
  const span = Math.max(1e-9, Math.log10(Math.max(high, low * 1.01, 1e-6)) - from);
  return {
    toUnit: (value: number): number => (Math.log10(Math.max(value, 1e-6)) - from) / span,
    fromUnit: (unit: number): number => 10 ** (from + unit * span),
  };
}

/** 1, 2 and 5 times powers of ten inside a range, thinned to at most `most`. */
export function logTicks(low: number, high: number, most = 6): number[] {
  for (const steps of [[1, 2, 5], [1, 3], [1]]) {
    const ticks: number[] = [];
    for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power++)
      for (const step of steps) {
        const tick = step * 10 ** power;
        if (tick >= low && tick <= high) ticks.push(tick);
      }
    if (ticks.length <= most || steps.length === 1) return ticks;
  }
  return [];
}

/** A box dragged on the heatmap: epoch milliseconds and milliseconds of duration. */
export interface Box {
  readonly start: number;
  readonly end: number;
  readonly low: number;
  readonly high: number;
}

/** `start,end,low,high` as it stands in the address. */
export function parseBox(text: string | null): Box | undefined {
  const parts = (text ?? '').split(',').map(Number);
  if (parts.length !== 4 || parts.some((part) => !Number.isFinite(part))) return undefined;
  const [start, end, low, high] = parts as [number, number, number, number];
  return end > start && high > low ? { start, end, low, high } : undefined;
}

export const formatBox = ({ start, end, low, high }: Box): string =>
  [Math.round(start), Math.round(end), Number(low.toPrecision(4)), Number(high.toPrecision(4))].join(',');
