import { useState } from 'preact/hooks';
import { post } from '../api/client.js';
import { type BubbleUpResult, type Filter } from '../api/types.js';
import { formatCount, formatPercent } from '../format/number.js';
import { formatFilter } from '../query/filters.js';
import { ErrorNote, Loading, Nothing } from '../ui/notes.js';
import { setParams } from '../ui/router.js';
import { useResource } from '../ui/use-resource.js';
import { ValueMenu } from '../ui/value-menu.js';
import { type RankedColumn, rankColumns } from './bubble-up.js';
import { type Box, formatBox } from './heatmap-scale.js';
import { bubbleUpRequest, type TracesState } from './traces-state.js';
import './bubble-up-panel.css';

const FIRST = 8;

/** In which attributes the selected traces differ from all others, most telling first. */
export function BubbleUpPanel({ state, box }: { state: TracesState; box: Box }) {
  const [all, setAll] = useState(false);
  const key = JSON.stringify([formatBox(box), state.filters]);
  const { data, error } = useResource(key, (signal) =>
    post<BubbleUpResult>('bubbleup', bubbleUpRequest(state, box), signal),
  );
  const ranked = data ? rankColumns(data) : [];
  const onFilter = (filter: Filter) => setParams({ where: [...state.filters, filter].map(formatFilter), box: null });
  return (
    <section class="card" aria-label="What makes the selection different">
      <header>
        <h2>What is different here</h2>
        {data && (
          <span class="muted small">
            {formatCount(data.selection_count)} selected, compared with {formatCount(data.baseline_count)} others
          </span>
        )}
        <span class="push bubble-key tiny muted">
          <span>
            <i class="selected" /> selection
          </span>
          <span>
            <i class="rest" /> the rest
          </span>
        </span>
      </header>
      {error ? (
        <ErrorNote error={error} />
      ) : !data ? (
        <Loading what="differences" />
      ) : ranked.length === 0 ? (
        <Nothing title="Nothing stands out">The selected traces have the same attributes as the others.</Nothing>
      ) : (
        <div class="bubble-grid">
          {ranked.slice(0, all ? undefined : FIRST).map((column) => (
            <Column key={column.column} column={column} onFilter={onFilter} />
          ))}
        </div>
      )}
      {ranked.length > FIRST && (
        <button type="button" class="button quiet bubble-more" onClick={() => setAll(!all)}>
          {all ? 'Show fewer' : `Show ${ranked.length - FIRST} more`}
        </button>
      )}
    </section>
  );
}

function Column({ column, onFilter }: { column: RankedColumn; onFilter: (filter: Filter) => void }) {
  return (
    <div class="bubble-column">
      <h3 class="truncate" title={column.column}>
        {column.column}
      </h3>
      <ul>
        {column.values.map(({ label, value, selected, rest }) => (
          <li key={label}>
            <div class="bubble-value small">
              <ValueMenu column={column.column} value={value} onFilter={onFilter} />
              <span class="number tiny muted">
                {formatPercent(selected)} / {formatPercent(rest)}
              </span>
            </div>
            <div
              class="bubble-bars"
              role="img"
              aria-label={`${formatPercent(selected)} of the selection, ${formatPercent(rest)} of the rest`}
            >
              <i class="selected" style={{ width: `${selected * 100}%` }} />
              <i class="rest" style={{ width: `${rest * 100}%` }} />
            </div>
          </li>
        ))}
      </ul>
    </div>
  );
}
