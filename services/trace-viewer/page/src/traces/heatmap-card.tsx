import { type QueryResult } from '../api/types.js';
import { formatMs } from '../format/duration.js';
import { formatCount } from '../format/number.js';
import { Loading } from '../ui/notes.js';
import { HeatmapCanvas } from './heatmap-canvas.js';
import { type Box, toHeatmap } from './heatmap-scale.js';
import './heatmap.css';

/** Latency over time; a dragged box, or a preset for those who do not drag, selects traces to compare with the rest. */
export function HeatmapCard(props: {
  result: QueryResult | undefined;
  errors: QueryResult | undefined;
  box: Box | undefined;
  subject: string;
  onSelect: (box: Box | undefined) => void;
}) {
  const { result, errors, box, onSelect } = props;
  const heatmap = result && toHeatmap(result);
  const row = result?.rows[0];
  const count = Number(row?.['COUNT'] ?? 0);
  const p95 = row?.['P95(duration_ms)'];
  const failures = (errors?.series ?? []).map(({ time, data }) => ({
    at: Date.parse(time),
    count: Number(data['COUNT']),
  }));
  const failed = failures.reduce((sum, point) => sum + point.count, 0);
  const selectSlowest = () =>
    heatmap &&
    typeof p95 === 'number' &&
    onSelect({ start: heatmap.start, end: heatmap.end, low: p95, high: heatmap.high });
  return (
    <section class="card heatmap-card" aria-label="Latency over time">
      <header>
        <h2>Latency</h2>
        <span class="muted small">
          {formatCount(count)} {props.subject}
          {typeof p95 === 'number' && `, p95 ${formatMs(p95)}`}
          {failed > 0 && <span class="failed"> · {formatCount(failed)} with errors</span>}
        </span>
        <span class="push toolbar">
          <span class="muted tiny hint">Drag a box to see what makes it different</span>
          <button type="button" class="button" disabled={!count} onClick={selectSlowest}>
            Slowest 5%
          </button>
          {box && (
            <button type="button" class="button" onClick={() => onSelect(undefined)}>
              Clear <kbd>Esc</kbd>
            </button>
          )}
        </span>
      </header>
      {!heatmap ? (
        <Loading what="latencies" />
      ) : heatmap.cells.length === 0 ? (
        <p class="heatmap-none muted small">Nothing in this time range.</p>
      ) : (
        <HeatmapCanvas heatmap={heatmap} failures={failures} box={box} subject={props.subject} onSelect={onSelect} />
      )}
    </section>
  );
}
