import { useMemo } from 'preact/hooks';
import { type QueryResult } from '../api/types.js';
import { HeatmapCanvas } from '../traces/heatmap-canvas.js';
import { toHeatmap } from '../traces/heatmap-scale.js';
import { setParams } from '../ui/router.js';
import { LineChart } from './line-chart.js';
import { toCharts } from './to-chart.js';

/** A chart for each calculation; heatmaps as on the Traces page. */
export function ResultGraphs({ result }: { result: QueryResult }) {
  const charts = useMemo(() => toCharts(result), [result]);
  const heatmaps = result.columns
    .filter(({ type }) => type === 'heatmap')
    .map(({ name }) => ({ name, heatmap: toHeatmap(result, name) }));
  return (
    <>
      {heatmaps.map(({ name, heatmap }) => (
        <section key={name} class="card" aria-label={name}>
          <header>
            <h2 class="mono">{name}</h2>
          </header>
          {heatmap.cells.length === 0 ? (
            <p class="heatmap-none muted small">Nothing in this time range.</p>
          ) : (
            <HeatmapCanvas
              heatmap={heatmap}
              failures={[]}
              box={undefined}
              subject="rows"
              onSelect={(box) =>
                box && setParams({ range: null, start: Math.round(box.start), end: Math.round(box.end) })
              }
            />
          )}
        </section>
      ))}
      {charts.map((chart) => (
        <section key={chart.name} class="card" aria-label={chart.name}>
          <header>
            <h2 class="mono">{chart.name}</h2>
            {chart.left_out > 0 && (
              <span class="muted small">
                the first {chart.lines.length} groups; {chart.left_out} more in the table
              </span>
            )}
          </header>
          <LineChart chart={chart} />
        </section>
      ))}
    </>
  );
}
