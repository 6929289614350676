import { useEffect } from 'preact/hooks';
import { post } from '../api/client.js';
import { type Filter, type QueryResult } from '../api/types.js';
import { ErrorNote, Loading } from '../ui/notes.js';
import { RangePicker } from '../ui/range-picker.js';
import { params, setParams } from '../ui/router.js';
import { Segmented } from '../ui/segmented.js';
import { currentRange, refresh } from '../ui/time-range.js';
import { useResource } from '../ui/use-resource.js';
import { sameFilter } from './filters.js';
import { remember } from './history.js';
import { HistoryMenu } from './history-menu.js';
import { QueryBuilder } from './query-builder.js';
import { decodeQuery, encodeQuery, type QueryState } from './query-url.js';
import { RawRows } from './raw-rows.js';
import { ResultGraphs } from './result-graphs.js';
import { ResultTable } from './result-table.js';
import { ResultTraces } from './result-traces.js';
import { SavedMenu } from './saved-menu.js';
import './query-page.css';

const TABS = [
  { value: 'graph', label: 'Graph' },
  { value: 'rows', label: 'Rows' },
  { value: 'traces', label: 'Traces' },
] as const;

/** Ask anything of spans or logs. The address is the query: what is shown can be bookmarked, shared and gone back to. */
export function QueryPage() {
  const state = decodeQuery(params.value);
  const range = currentRange();
  const asked = params.value.get('tab') ?? 'graph';
  const tab = TABS.find(({ value }) => value === asked)?.value ?? 'graph';
  const spec = {
    ...state.spec,
    start_time: Math.floor(range.start / 1000),
    end_time: Math.ceil(range.end / 1000),
  };
  const path = `query?dataset=${state.dataset}`;
  const key = JSON.stringify([path, spec]);
  const { data, error, loading } = useResource(key, (signal) => queryApi<QueryResult>('', state, spec, signal));
  const address = params.value.toString();
  useEffect(() => {
    if (data && !error) remember(address);
  }, [data]);
  const change = (next: QueryState) => setParams(encodeQuery(next));
  const addFilter = (filter: Filter) => {
    const others = (state.spec.filters ?? []).filter((other) => !sameFilter(other, filter));
    change({ ...state, spec: { ...state.spec, filters: [...others, filter] } });
  };
  return (
    <>
      <div class="page-head">
        <h1>Query</h1>
        <span class="push toolbar">
          <SavedMenu state={state} range={range} />
          <HistoryMenu />
          <RangePicker />
          <button type="button" class="button primary" onClick={refresh}>
            Run again
          </button>
        </span>
      </div>
      <QueryBuilder state={state} onChange={change} />
      {error && <ErrorNote error={error} />}
      <div class="toolbar">
        <Segmented
          label="Result"
          choices={TABS}
          value={tab}
          onChange={(value) => setParams({ tab: value === 'graph' ? null : value })}
        />
        {data && !error && (
          <span class="small muted" role="status">
            {loading
              ? 'Running …'
              : `${data.rows.length}${data.truncated ? '+' : ''} ${data.rows.length === 1 ? 'group' : 'groups'} in ${Math.round(data.elapsed_ms)} ms`}
          </span>
        )}
      </div>
      {error ? null : !data ? (
        <Loading what="the result" />
      ) : tab === 'graph' ? (
        <>
          <ResultGraphs result={data} />
          <ResultTable result={data} onFilter={addFilter} />
        </>
      ) : tab === 'rows' ? (
        <RawRows requestKey={key} load={(signal) => queryApi('/rows', state, spec, signal)} onFilter={addFilter} />
      ) : (
        <ResultTraces requestKey={key} load={(signal) => queryApi('/traces', state, spec, signal)} />
      )}
    </>
  );
}

const queryApi = <T,>(kind: string, { dataset }: QueryState, spec: unknown, signal: AbortSignal): Promise<T> =>
  post<T>(`query${kind}?dataset=${dataset}`, spec, signal);
