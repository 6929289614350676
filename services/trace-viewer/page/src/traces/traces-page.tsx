import { useEffect } from 'preact/hooks';
import { post } from '../api/client.js';
import { onStream, status } from '../api/stream.js';
import { type QueryResult } from '../api/types.js';
import { formatFilter } from '../query/filters.js';
import { FilterBar } from '../ui/filter-bar.js';
import { useShortcuts } from '../ui/keyboard.js';
import { ErrorNote } from '../ui/notes.js';
import { RangePicker } from '../ui/range-picker.js';
import { params, setParams } from '../ui/router.js';
import { refresh } from '../ui/time-range.js';
import { useResource } from '../ui/use-resource.js';
import { BubbleUpPanel } from './bubble-up-panel.js';
import { EmptyState } from './empty-state.js';
import { HeatmapCard } from './heatmap-card.js';
import { formatBox } from './heatmap-scale.js';
import { ImportButton } from './import-button.js';
import { TraceList } from './trace-list.js';
import { heatmapFilters, tracesState } from './traces-state.js';

/** Columns of the heatmap. */
const COLUMNS = 100;
const DURATIONS = [10, 50, 100, 500, 1000, 5000];

export function TracesPage() {
  const state = tracesState(params.value);
  const { range, filters, box } = state;
  const spec = {
    calculations: [{ op: 'HEATMAP', column: 'duration_ms' }, { op: 'COUNT' }, { op: 'P95', column: 'duration_ms' }],
    filters: heatmapFilters(state),
    granularity: Math.max(1, Math.round((range.end - range.start) / 1000 / COLUMNS)),
    start_time: Math.floor(range.start / 1000),
    end_time: Math.ceil(range.end / 1000),
  };
  const heat = useResource(JSON.stringify(spec), async (signal) => {
    const failed = {
      ...spec,
      calculations: [{ op: 'COUNT' }],
      filters: [...spec.filters, { column: 'error', op: '=', value: true }],
    };
    const [all, errors] = await Promise.all([
      post<QueryResult>('query', spec, signal),
      post<QueryResult>('query', failed, signal).catch(() => undefined),
    ]);
    return { all, errors };
  });
  useLiveClock(state.live);
  useShortcuts({ Escape: () => box !== undefined && setParams({ box: null }) });

  if (status.value?.spans === 0 && filters.length === 0 && !heat.data?.all.rows[0]?.['COUNT']) return <EmptyState />;
  return (
    <>
      <h1 class="visually-hidden">Traces</h1>
      <div class="toolbar">
        <FilterBar filters={filters} onChange={(next) => setParams({ where: next.map(formatFilter), box: null })} />
        <button
          type="button"
          class="button"
          aria-pressed={state.errors}
          onClick={() => setParams({ errors: state.errors ? null : 1, box: null })}
        >
          Errors only
        </button>
        <select
          class="field"
          aria-label="Minimum duration"
          value={String(state.minMs ?? '')}
          onChange={(event) => setParams({ min: event.currentTarget.value, box: null })}
        >
          <option value="">Any duration</option>
          {[...new Set([...DURATIONS, ...(state.minMs ? [state.minMs] : [])])].map((ms) => (
            <option key={ms} value={String(ms)}>
              ≥ {ms < 1000 ? `${ms} ms` : `${ms / 1000} s`}
            </option>
          ))}
        </select>
        <RangePicker />
        <ImportButton />
      </div>
      {heat.error && <ErrorNote error={heat.error} />}
      <HeatmapCard
        result={heat.data?.all}
        errors={heat.data?.errors}
        box={box}
        subject={filters.length ? 'matching spans' : 'traces'}
        onSelect={(next) => setParams({ box: next ? formatBox(next) : null })}
      />
      {box && <BubbleUpPanel state={state} box={box} />}
      <TraceList state={state} />
    </>
  );
}

/** While live, moves "now" when something has come, at most every three seconds. */
function useLiveClock(live: boolean): void {
  useEffect(() => {
    if (!live) return;
    let fresh = false;
    const stop = onStream('traces', () => (fresh = true));
    const timer = setInterval(() => {
      if (fresh && !document.hidden) refresh();
      fresh = false;
    }, 3000);
    return () => {
      stop();
      clearInterval(timer);
    };
  }, [live]);
}
