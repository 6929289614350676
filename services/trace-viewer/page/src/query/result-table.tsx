import { type Filter, type QueryResult } from '../api/types.js';
import { formatMs } from '../format/duration.js';
import { formatValue } from '../format/number.js';
import { Nothing } from '../ui/notes.js';
import { seriesColour } from '../ui/service-colour.js';
import { ValueMenu } from '../ui/value-menu.js';
import { MOST_LINES } from './to-chart.js';
import './result-table.css';

/** The groups over the whole time range; a value filters. */
export function ResultTable(props: { result: QueryResult; onFilter?: (filter: Filter) => void }) {
  const columns = props.result.columns.filter(({ type }) => type !== 'heatmap');
  const { rows } = props.result;
  const hasGroups = columns.some(({ role }) => role === 'breakdown');
  if (columns.length === 0) return null;
  if (rows.length === 0)
    return <Nothing title="Nothing matches">Try a longer time range, or take a filter away.</Nothing>;
  const largest = new Map(
    columns.map(({ name }) => [
      name,
      Math.max(0, ...rows.map((row) => (typeof row[name] === 'number' ? row[name] : 0))),
    ]),
  );
  return (
    <section class="card scroll-x" aria-label="Groups">
      <table class="rows small result-table">
        <thead>
          <tr>
            {hasGroups && (
              <th>
                <span class="visually-hidden">Line</span>
              </th>
            )}
            {columns.map(({ name, role }) => (
              <th key={name} class={role === 'calculation' ? 'number' : ''}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, i) => (
            <tr key={i}>
              {hasGroups && <td class="swatch">{i < MOST_LINES && <i style={{ background: seriesColour(i) }} />}</td>}
              {columns.map(({ name, role }) =>
                role === 'breakdown' ? (
                  <td key={name}>
                    <ValueMenu column={name} value={row[name]} onFilter={props.onFilter} />
                  </td>
                ) : (
                  <td key={name} class="number">
                    {formatCell(name, row[name])}
                    <i
                      class="result-bar"
                      aria-hidden="true"
                      style={{ width: `${(Number(row[name] ?? 0) / (largest.get(name) || 1)) * 60}px` }}
                    />
                  </td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

const formatCell = (name: string, value: unknown): string =>
  typeof value === 'number' && name.endsWith('_ms)') && !name.startsWith('COUNT')
    ? formatMs(value)
    : formatValue(value);
