import { useRef } from 'preact/hooks';
import { formatDuration } from '../format/duration.js';
import { type DiffNode } from '../trace/diff.js';
import { serviceColour } from '../ui/service-colour.js';
import { useWindow } from '../ui/use-window.js';
import './diff-table.css';

const ROW = 30;
const CHANGES: Record<DiffNode['change'], { sign: string; label: string }> = {
  added: { sign: '+', label: 'added' },
  gone: { sign: '−', label: 'gone' },
  slower: { sign: '▲', label: 'slower' },
  faster: { sign: '▼', label: 'faster' },
  same: { sign: '', label: '' },
};

/** Both trees as one, a row per pair of spans; only the rows in view are drawn. */
export function DiffTable({ rows, before, after }: { rows: readonly DiffNode[]; before: string; after: string }) {
  const box = useRef<HTMLDivElement>(null);
  const { first, last } = useWindow(box, rows.length, ROW);
  const largest = Math.max(1, ...rows.map(({ delta_us }) => Math.abs(delta_us)));
  const link = (trace: string, side: DiffNode['before']) =>
    side ? (
      <a href={`/traces/${trace}?span=${side.span.span_id}`}>{formatDuration(side.span.duration_us)}</a>
    ) : (
      <span class="muted">–</span>
    );
  return (
    <div class="diff" role="table" aria-label="Spans of both traces" aria-rowcount={rows.length + 1}>
      <div role="rowgroup">
        <div role="row" class="diff-row diff-head tiny muted">
          <span role="columnheader">Span</span>
          <span role="columnheader">Change</span>
          <span role="columnheader" class="number">
            A
          </span>
          <span role="columnheader" class="number">
            B
          </span>
          <span role="columnheader" class="number">
            Difference
          </span>
          <span role="columnheader">
            <span class="visually-hidden">Size of the difference</span>
          </span>
        </div>
      </div>
      <div role="rowgroup" class="diff-rows" ref={box} tabIndex={0}>
        <div role="presentation" style={{ height: `${rows.length * ROW}px`, paddingTop: `${first * ROW}px` }}>
          {rows.slice(first, last).map((row, i) => (
            <div key={first + i} role="row" aria-rowindex={first + i + 2} class={`diff-row ${row.change}`}>
              <span
                role="cell"
                class="truncate"
                style={{ paddingLeft: `${12 + Math.min(row.depth, 20) * 16}px` }}
                title={`${row.service}: ${row.name}`}
              >
                <i class="diff-service" style={{ background: serviceColour(row.service) }} />
                <span class="muted">{row.service}</span> {row.name}
              </span>
              <span role="cell">
                {row.change !== 'same' && (
                  <span class={`badge diff-${row.change}`}>
                    <span aria-hidden="true">{CHANGES[row.change].sign}</span> {CHANGES[row.change].label}
                  </span>
                )}
              </span>
              <span role="cell" class="number">
                {link(before, row.before)}
              </span>
              <span role="cell" class="number">
                {link(after, row.after)}
              </span>
              <span role="cell" class="number">
                {row.change === 'same' ? (
                  <span class="muted">=</span>
                ) : (
                  `${row.delta_us > 0 ? '+' : ''}${formatDuration(row.delta_us)}`
                )}
              </span>
              <span role="cell" class="diff-bar" aria-hidden="true">
                {row.change !== 'same' && (
                  <i
                    class={row.delta_us > 0 ? 'worse' : 'better'}
                    style={{ width: `${Math.max(1, (Math.abs(row.delta_us) / largest) * 50)}%` }}
                  />
                )}
              </span>
            </div>
          ))}
        </div>
      </div>
    </div>
  );
}
