import { get, post } from '../api/client.js';
import {
  type BubbleUpRequest,
  type Filter,
  type QuerySpecInput,
  type TraceList,
  type TraceSummary,
} from '../api/types.js';
import { formatFilter } from '../query/filters.js';
import { decodeFilters } from '../query/query-url.js';
import { currentRange, type TimeRange } from '../ui/time-range.js';
import { type Box, parseBox } from './heatmap-scale.js';

/** What the Traces page shows, read from the address. */
export interface TracesState {
  readonly range: TimeRange;
  readonly filters: readonly Filter[];
  readonly errors: boolean;
  readonly minMs: number | undefined;
  readonly box: Box | undefined;
  readonly live: boolean;
}

export function tracesState(params: URLSearchParams): TracesState {
  const minMs = Number(params.get('min'));
  const range = currentRange(params);
  const box = parseBox(params.get('box'));
  return {
    range,
    filters: decodeFilters(params),
    errors: params.get('errors') === '1',
    minMs: minMs > 0 ? minMs : undefined,
    box,
    live: range.relative !== undefined && !box && params.get('live') !== '0',
  };
}

/** Changes when the list must be loaded anew; the clock moving on is not such a change. */
export const listKey = ({ range, filters, errors, minMs, box }: TracesState): string =>
  JSON.stringify([range.relative ?? [range.start, range.end], filters.map(formatFilter), errors, minMs, box]);

export const toTimestamp = (epochMs: number): string => new Date(epochMs).toISOString();

const PAGE = 100;

export async function loadTraces(state: TracesState, before?: string, signal?: AbortSignal): Promise<TraceList> {
  const { box, range } = state;
  const after = box?.start ?? range.start;
  const until = box?.end ?? (range.relative ? undefined : range.end);
  if (state.filters.length === 0) {
    const parameters = {
      after: toTimestamp(after),
      before: before ?? (until && toTimestamp(until)),
      min_duration_ms: Math.max(box?.low ?? 0, state.minMs ?? 0) || undefined,
      max_duration_ms: box?.high,
      error: state.errors || undefined,
      limit: PAGE,
    };
    return get<TraceList>('traces', parameters, signal);
  }
  const spec: QuerySpecInput = {
    filters: [...state.filters],
    start_time: Math.floor(after / 1000),
    end_time: Math.ceil((until ?? Date.now() + 1000) / 1000),
    limit: 500,
  };
  const { traces } = await post<{ traces: TraceSummary[] }>('query/traces', spec, signal);
  return { traces: traces.filter((trace) => matchesSummary(state, trace)), next_before: null };
}

/** The part of the state that a summary alone can answer; attribute filters need the store. */
export function matchesSummary({ errors, minMs, box }: TracesState, trace: TraceSummary): boolean {
  const ms = trace.duration_us / 1000;
  const start = Date.parse(trace.start);
  if (errors && trace.error_count === 0) return false;
  if (minMs !== undefined && ms < minMs) return false;
  return !box || (ms >= box.low && ms <= box.high && start >= box.start && start <= box.end);
}

/** Root spans; with filters every matching span, since what is asked for may never be on a root. */
export function heatmapFilters({ filters, errors, minMs }: TracesState): Filter[] {
  return [
    { column: 'meta.annotation_type', op: 'does-not-exist' },
    ...(filters.length ? filters : [{ column: 'trace.parent_id', op: 'does-not-exist' } as const]),
    ...(errors ? [{ column: 'error', op: '=', value: true } as const] : []),
    ...(minMs ? [{ column: 'duration_ms', op: '>=', value: minMs } as const] : []),
  ];
}

export function bubbleUpRequest({ range, filters }: TracesState, box: Box): BubbleUpRequest {
  return {
    start: toTimestamp(Math.min(range.start, box.start)),
    end: toTimestamp(Math.max(range.end, box.end)),
    filters: [...filters],
    selection: {
      start: toTimestamp(box.start),
      end: toTimestamp(box.end),
      min_duration_ms: box.low,
      max_duration_ms: box.high,
    },
    whole_traces: true,
  };
}
