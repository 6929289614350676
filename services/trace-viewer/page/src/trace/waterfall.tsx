import { useEffect, useRef, useState } from 'preact/hooks';
import { formatDuration } from '../format/duration.js';
import { revealRow, useWindow } from '../ui/use-window.js';
import { type TraceView } from './trace-view.js';
import { type Usuals } from './usual.js';
import { WaterfallRow } from './waterfall-row.js';
import './waterfall.css';

const ROW = 28;
const TICKS = [0, 0.25, 0.5, 0.75, 1];

/** The spans as a tree beside their time. Only the rows in view are drawn. */
export function Waterfall({ view, usuals }: { view: TraceView; usuals: Usuals | undefined }) {
  const box = useRef<HTMLDivElement>(null);
  const [nameWidth, setNameWidth] = useState(38);
  const rows = view.rows.value;
  const { first, last } = useWindow(box, rows.length, ROW);
  const selected = view.selected.value;
  const { from, to } = view.zoom.value;
  const matches = view.matches.value;

  useEffect(() => {
    if (selected) revealRow(box.current, view.rowOf.peek().get(selected) ?? -1, ROW);
  }, [selected]);

  const onKey = (event: KeyboardEvent) => {
    const id = view.selected.peek();
    if (event.key === 'ArrowDown') view.step(1);
    else if (event.key === 'ArrowUp') view.step(-1);
    else if (event.key === 'ArrowRight' && id) view.setFolded(id, false);
    else if (event.key === 'ArrowLeft' && id) view.setFolded(id, true);
    else return;
    event.preventDefault();
  };
  return (
    <div class="waterfall" style={{ '--name-width': `${nameWidth}%` }}>
      <div class="waterfall-head" aria-hidden="true">
        <span class="waterfall-name tiny muted">Span</span>
        <span class="waterfall-lane">
          {TICKS.map((tick) => (
            <i key={tick} class="tiny muted" style={{ left: `${tick * 100}%` }}>
              {formatDuration(from + tick * (to - from))}
            </i>
          ))}
        </span>
        <span class="waterfall-duration tiny muted">Duration</span>
      </div>
      <Divider width={nameWidth} onChange={setNameWidth} box={box} />
      <div
        ref={box}
        class="waterfall-rows"
        role="treegrid"
        aria-label="Spans"
        aria-rowcount={rows.length}
        aria-activedescendant={selected ? `span-${selected}` : undefined}
        tabIndex={0}
        onKeyDown={onKey}
      >
        <div role="presentation" style={{ height: `${rows.length * ROW}px`, paddingTop: `${first * ROW}px` }}>
          {rows.slice(first, last).map((node, i) => (
            <WaterfallRow
              key={node.span.span_id}
              view={view}
              node={node}
              index={first + i}
              selected={node.span.span_id === selected}
              folded={view.folded.value.has(node.span.span_id)}
              dimmed={matches !== undefined && !matches.has(node.span.span_id)}
              segments={view.critical.value.get(node.span.span_id)}
              usuals={usuals}
            />
          ))}
        </div>
      </div>
    </div>
  );
}

function Divider(props: { width: number; onChange: (percent: number) => void; box: { current: HTMLElement | null } }) {
  const set = (percent: number) => props.onChange(Math.min(75, Math.max(15, percent)));
  return (
    <div
      class="waterfall-divider"
      role="separator"
      aria-orientation="vertical"
      aria-label="Width of the names"
      aria-valuemin={15}
      aria-valuemax={75}
      aria-valuenow={Math.round(props.width)}
      tabIndex={0}
      onKeyDown={(event) => {
        if (event.key === 'ArrowLeft') set(props.width - 3);
        else if (event.key === 'ArrowRight') set(props.width + 3);
        else return;
        event.preventDefault();
      }}
      onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
      onPointerMove={(event) => {
        if (!event.currentTarget.hasPointerCapture(event.pointerId)) return;
        const { left, width } = props.box.current!.getBoundingClientRect();
        set(((event.clientX - left) / width) * 100);
      }}
    />
  );
}
