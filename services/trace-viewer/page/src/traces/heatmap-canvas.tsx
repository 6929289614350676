import { useEffect, useRef, useState } from 'preact/hooks';
import { formatMs } from '../format/duration.js';
import { formatCount } from '../format/number.js';
import { formatClock } from '../format/time.js';
import { isDark } from '../ui/theme.js';
import { useWidth } from '../ui/use-size.js';
import { drawHeatmap, type Failure, FRAME, HEIGHT } from './draw-heatmap.js';
import { type Box, type Cell, type Heatmap, logScale } from './heatmap-scale.js';

interface Point {
  x: number;
  y: number;
}

export function HeatmapCanvas(props: {
  heatmap: Heatmap;
  failures: readonly Failure[];
  box: Box | undefined;
  subject: string;
  onSelect: (box: Box | undefined) => void;
}) {
  const { heatmap, failures, box, onSelect } = props;
  const holder = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const width = useWidth(holder);
  const [drag, setDrag] = useState<{ from: Point; to: Point }>();
  const [hover, setHover] = useState<Point>();
  const dark = isDark.value;

  useEffect(() => {
    if (canvas.current && width) drawHeatmap(canvas.current, width, heatmap, failures);
  }, [heatmap, failures, width, dark]);

  const plot = {
    left: FRAME.left,
    top: FRAME.top,
    width: Math.max(1, width - FRAME.left - FRAME.right),
    height: HEIGHT - FRAME.top - FRAME.bottom,
  };
  const scale = logScale(heatmap.low, heatmap.high);
  const toTime = (x: number) => heatmap.start + clamp01((x - plot.left) / plot.width) * (heatmap.end - heatmap.start);
  const toMs = (y: number) => scale.fromUnit(1 - clamp01((y - plot.top) / plot.height));
  const toX = (time: number) =>
    plot.left + clamp01((time - heatmap.start) / (heatmap.end - heatmap.start)) * plot.width;
  const toY = (ms: number) => plot.top + (1 - clamp01(scale.toUnit(ms))) * plot.height;

  const at = (event: PointerEvent): Point => {
    const { left, top } = canvas.current!.getBoundingClientRect();
    return { x: event.clientX - left, y: event.clientY - top };
  };
  const onDown = (event: PointerEvent) => {
    if (event.button !== 0) return;
    canvas.current!.setPointerCapture(event.pointerId);
    setDrag({ from: at(event), to: at(event) });
    setHover(undefined);
  };
  const onMove = (event: PointerEvent) => (drag ? setDrag({ ...drag, to: at(event) }) : setHover(at(event)));
  const onUp = () => {
    if (!drag) return;
    setDrag(undefined);
    const { from, to } = drag;
    if (Math.abs(from.x - to.x) < 4 || Math.abs(from.y - to.y) < 4) return onSelect(undefined);
    onSelect({
      start: toTime(Math.min(from.x, to.x)),
      end: toTime(Math.max(from.x, to.x)),
      low: toMs(Math.max(from.y, to.y)),
      high: toMs(Math.min(from.y, to.y)),
    });
  };
  const shown = drag
    ? rectangle(drag.from, drag.to, plot)
    : box && rectangle({ x: toX(box.start), y: toY(box.high) }, { x: toX(box.end), y: toY(box.low) }, plot);
  const cell = hover && findCell(heatmap, toTime(hover.x), toMs(hover.y));
  return (
    <div class="heatmap" ref={holder} style={{ height: `${HEIGHT}px` }}>
      <canvas
        ref={canvas}
        role="img"
        aria-label={`Heatmap of latencies from ${formatMs(heatmap.low)} to ${formatMs(heatmap.high)}, ${formatClock(heatmap.start)} to ${formatClock(heatmap.end)}`}
        onPointerDown={onDown}
        onPointerMove={onMove}
        onPointerUp={onUp}
        onPointerLeave={() => setHover(undefined)}
        onPointerCancel={() => setDrag(undefined)}
      />
      {shown && <div class="heatmap-box" style={shown} />}
      {hover && cell && (
        <div
          class="heatmap-tip"
          style={{ left: `${Math.min(hover.x + 12, width - 170)}px`, top: `${Math.max(4, hover.y - 44)}px` }}
        >
          <b>
            {formatCount(cell.count)} {props.subject}
          </b>
          <br />
          {formatMs(cell.low)} – {formatMs(cell.high)}
          <br />
          <span class="muted">{formatClock(cell.start).slice(0, 8)}</span>
        </div>
      )}
    </div>
  );
}

const clamp01 = (value: number): number => Math.min(1, Math.max(0, value));

function rectangle(a: Point, b: Point, plot: { left: number; top: number; width: number; height: number }) {
  const x = (value: number) => Math.min(plot.left + plot.width, Math.max(plot.left, value));
  const y = (value: number) => Math.min(plot.top + plot.height, Math.max(plot.top, value));
  return {
    left: `${Math.min(x(a.x), x(b.x))}px`,
    top: `${Math.min(y(a.y), y(b.y))}px`,
    width: `${Math.max(2, Math.abs(x(a.x) - x(b.x)))}px`,
    height: `${Math.max(2, Math.abs(y(a.y) - y(b.y)))}px`,
  };
}

const findCell = (heatmap: Heatmap, time: number, ms: number): Cell | undefined =>
  heatmap.cells.find((cell) => time >= cell.start && time < cell.end && ms >= cell.low && ms < cell.high);
