import { useEffect } from 'preact/hooks';
import { post } from '../api/client.js';
import { type QueryResult, type SavedQueryList } from '../api/types.js';
import { ErrorNote, Loading, Nothing } from '../ui/notes.js';
import { RangePicker } from '../ui/range-picker.js';
import { currentRange, refresh } from '../ui/time-range.js';
import { useResource } from '../ui/use-resource.js';
import { formatCalculation } from './query-url.js';
import { ResultGraphs } from './result-graphs.js';
import { ResultTable } from './result-table.js';
import { loadSaved, saved, savedHref, savedProblem } from './saved-queries.js';
import './boards-page.css';

type Entry = SavedQueryList['queries'][number];

/** Saved queries side by side, all in the same time range. */
export function BoardsPage({ slug }: { slug: string | undefined }) {
  useEffect(() => void loadSaved(), []);
  if (savedProblem.value) return <ErrorNote error={savedProblem.value} />;
  if (!saved.value) return <Loading what="boards" />;
  const { queries } = saved.value;
  const everything = {
    slug: 'all',
    name: 'All saved queries',
    description: 'Every file of queries/.',
    queries: queries.map((query) => query.slug),
  };
  const boards = [...saved.value.boards, everything];
  const board = boards.find((one) => one.slug === slug) ?? boards[0]!;
  const shown = board.queries.map((name) => ({ name, query: queries.find((query) => query.slug === name) }));
  return (
    <>
      <div class="page-head">
        <h1>{board.name}</h1>
        <nav class="board-tabs" aria-label="Boards">
          {boards.map((one) => (
            <a
              key={one.slug}
              class="button quiet"
              aria-current={one === board ? 'page' : undefined}
              href={`/boards/${one.slug}`}
            >
              {one.name}
            </a>
          ))}
        </nav>
        <span class="push toolbar">
          <RangePicker />
          <button type="button" class="button" onClick={refresh}>
            Refresh
          </button>
        </span>
      </div>
      {board.description && <p class="muted small">{board.description}</p>}
      {shown.length === 0 && (
        <Nothing title="Nothing is saved yet">Save a query on the Query page, and it appears here.</Nothing>
      )}
      <div class="board">
        {shown.map(({ name, query }) =>
          query ? (
            <BoardQuery key={name} query={query} />
          ) : (
            <Nothing key={name} title={`There is no saved query ${name}`} />
          ),
        )}
      </div>
    </>
  );
}

function BoardQuery({ query }: { query: Entry }) {
  const { start, end } = currentRange();
  const spec = {
    ...query.query,
    time_range: undefined,
    granularity: undefined,
    start_time: Math.floor(start / 1000),
    end_time: Math.ceil(end / 1000),
  };
  const { data, error } = useResource(JSON.stringify([query.slug, spec]), (signal) =>
    post<QueryResult>(`query?dataset=${query.dataset}`, spec, signal),
  );
  return (
    <section class="board-query" aria-label={query.name}>
      <header>
        <h2>
          <a href={savedHref(query)}>{query.name}</a>
        </h2>
        <p class="muted small">{query.description}</p>
      </header>
      {error ? (
        <ErrorNote error={error} />
      ) : !data ? (
        <Loading what={query.name} />
      ) : (
        <>
          <ResultGraphs result={mainGraph(data, query)} />
          <div class="board-table">
            <ResultTable result={{ ...data, rows: data.rows.slice(0, 10) }} />
          </div>
        </>
      )}
    </section>
  );
}

/** A board shows one graph a query, of what it is ordered by; the rest is a click away. */
function mainGraph(result: QueryResult, { query }: Entry): QueryResult {
  const calculations = result.columns.filter(({ role }) => role === 'calculation');
  const ordered = query.orders?.[0]?.op ? formatCalculation({ ...query.orders[0], op: query.orders[0].op }) : undefined;
  const main = calculations.find(({ name }) => name === ordered) ?? calculations[0];
  return { ...result, columns: result.columns.filter((column) => column.role === 'breakdown' || column === main) };
}
