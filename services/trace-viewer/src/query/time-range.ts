import type { QuerySpec } from '../api/schemas/query.js';
import { unprocessable } from './errors.js';

export interface TimeRange {
  startNs: bigint;
  /** Exclusive. */
  endNs: bigint;
  granularityS: number;
}

const DEFAULT_RANGE_S = 7200;
/** Steps that people read easily; the smallest that gives at most 120 points. */
const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21600, 43200, 86400];
const POINTS = 120;
/** Honeycomb's own limit. */
const MAX_POINTS = 1000;
const BILLION = 1_000_000_000n;

/** What a Query Specification says about time; without an end it ends now. */
export function timeRange(spec: QuerySpec, nowMs: number): TimeRange {
  const nowS = Math.floor(nowMs / 1000) + 1;
  const endS =
    spec.end_time ?? (spec.start_time !== undefined && spec.time_range ? spec.start_time + spec.time_range : nowS);
  const startS = spec.start_time ?? endS - (spec.time_range ?? DEFAULT_RANGE_S);
  if (startS >= endS) throw unprocessable('start_time', 'must be before the end');
  if (endS > 9_200_000_000 || startS < 0) throw unprocessable('end_time', 'is out of range');
  const rangeS = endS - startS;
  const fitting = STEPS.find((step) => rangeS / step <= POINTS) ?? Math.ceil(rangeS / POINTS / 86400) * 86400;
  const granularityS = spec.granularity || fitting;
  if (rangeS / granularityS > MAX_POINTS)
    throw unprocessable('granularity', `must be at least ${Math.ceil(rangeS / MAX_POINTS)} for this range`);
  return { startNs: BigInt(startS) * BILLION, endNs: BigInt(endS) * BILLION, granularityS };
}
