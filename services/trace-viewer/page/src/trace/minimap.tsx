import { useEffect, useRef, useState } from 'preact/hooks';
import { serviceColour } from '../ui/service-colour.js';
import { cssColour, isDark } from '../ui/theme.js';
import { useWidth } from '../ui/use-size.js';
import { prepare } from '../traces/draw-heatmap.js';
import { type TraceView } from './trace-view.js';
import './minimap.css';

const HEIGHT = 44;

/** The whole trace in one strip. Dragging over it zooms; a double click shows everything again. */
export function Minimap({ view }: { view: TraceView }) {
  const holder = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const width = useWidth(holder);
  const [drag, setDrag] = useState<{ from: number; to: number }>();
  const dark = isDark.value;
  useEffect(() => {
    if (canvas.current && width) draw(canvas.current, width, view);
  }, [view, width, dark]);

  const { to: whole } = view.whole;
  const toUs = (x: number) => Math.min(1, Math.max(0, x / Math.max(1, width))) * whole;
  const at = (event: PointerEvent) => toUs(event.clientX - canvas.current!.getBoundingClientRect().left);
  const zoom = drag ? { from: Math.min(drag.from, drag.to), to: Math.max(drag.from, drag.to) } : view.zoom.value;
  const percent = (us: number) => `${(us / whole) * 100}%`;
  const onUp = () => {
    if (drag && Math.abs(drag.from - drag.to) > whole * 0.004) view.zoomTo(zoom);
    setDrag(undefined);
  };
  return (
    <div class="minimap" ref={holder}>
      <canvas
        ref={canvas}
        role="img"
        aria-label="Overview of the trace; drag to zoom"
        onPointerDown={(event) => {
          if (event.button !== 0) return;
          event.currentTarget.setPointerCapture(event.pointerId);
          setDrag({ from: at(event), to: at(event) });
        }}
        onPointerMove={(event) => drag && setDrag({ ...drag, to: at(event) })}
        onPointerUp={onUp}
        onPointerCancel={() => setDrag(undefined)}
        onDblClick={() => view.zoomTo(undefined)}
      />
      {(drag || zoom !== view.whole) && (
        <>
          <i class="minimap-shade" style={{ left: 0, width: percent(zoom.from) }} />
          <i class="minimap-shade" style={{ left: percent(zoom.to), right: 0 }} />
        </>
      )}
    </div>
  );
}

function draw(canvas: HTMLCanvasElement, width: number, { all, whole }: TraceView): void {
  const context = prepare(canvas, width, HEIGHT);
  const colours = new Map<string, string>();
  const danger = cssColour('--danger-solid');
  const lane = Math.max(1, Math.min(4, (HEIGHT - 6) / all.length));
  all.forEach(({ span }, index) => {
    let colour = colours.get(span.service);
    if (!colour) colours.set(span.service, (colour = cssColour(/--[\w-]+/.exec(serviceColour(span.service))![0])));
    const y = 3 + (index * (HEIGHT - 6 - lane)) / Math.max(1, all.length - 1);
    context.fillStyle = span.status.code === 'error' ? danger : colour;
    context.fillRect(
      (span.start_us / whole.to) * width,
      y,
      Math.max(1.5, (span.duration_us / whole.to) * width),
      Math.max(1, lane - 0.5),
    );
  });
}
