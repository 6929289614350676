import { formatMs } from '../format/duration.js';
import { timeTicks } from '../format/time.js';
import { cssColour } from '../ui/theme.js';
import { type Heatmap, logScale, logTicks } from './heatmap-scale.js';

export const HEIGHT = 216;
export const FRAME = { left: 62, right: 14, top: 12, bottom: 36 };
const STRIP = { gap: 4, height: 8 };
const LEVELS = 24;

export interface Failure {
  /** Epoch milliseconds of the bucket's start. */
  readonly at: number;
  readonly count: number;
}

/** Counts as shades (logarithmic, so that one outlier stays visible), errors as a strip of marks under the plot. */
export function drawHeatmap(
  canvas: HTMLCanvasElement,
  width: number,
  heatmap: Heatmap,
  failures: readonly Failure[],
): void {
  const context = prepare(canvas, width, HEIGHT);
  const plot = {
    left: FRAME.left,
    top: FRAME.top,
    width: width - FRAME.left - FRAME.right,
    height: HEIGHT - FRAME.top - FRAME.bottom,
  };
  const scale = logScale(heatmap.low, heatmap.high);
  const x = (time: number) => plot.left + ((time - heatmap.start) / (heatmap.end - heatmap.start)) * plot.width;
  const y = (ms: number) => plot.top + (1 - scale.toUnit(ms)) * plot.height;

  const line = cssColour('--line');
  const muted = cssColour('--muted');
  context.font = `11px ${getComputedStyle(canvas).fontFamily}`;
  context.textBaseline = 'middle';
  context.textAlign = 'right';
  for (const tick of logTicks(heatmap.low, heatmap.high)) {
    context.fillStyle = line;
    context.fillRect(plot.left, Math.round(y(tick)), plot.width, 1);
    context.fillStyle = muted;
    context.fillText(formatMs(tick), plot.left - 8, y(tick));
  }
  context.textAlign = 'center';
  for (const { at, label } of timeTicks(heatmap.start, heatmap.end, plot.width / 110))
    context.fillText(label, Math.min(x(at), plot.left + plot.width - 14), HEIGHT - 10);

  const shades = palette();
  const most = Math.log1p(Math.max(4, heatmap.busiest));
  context.save();
  context.beginPath();
  context.rect(plot.left, plot.top, plot.width, plot.height);
  context.clip();
  for (const cell of heatmap.cells) {
    const shade = Math.min(LEVELS - 1, Math.floor((Math.log1p(cell.count) / most) * LEVELS));
    const left = x(cell.start);
    const top = y(cell.high);
    context.fillStyle = shades[shade]!;
    context.fillRect(left, top, Math.max(2, x(cell.end) - left - 0.6), Math.max(2, y(cell.low) - top - 0.6));
  }
  context.restore();

  const stripTop = plot.top + plot.height + STRIP.gap;
  const bucket = heatmap.cells[0] ? heatmap.cells[0].end - heatmap.cells[0].start : 0;
  const worst = Math.max(1, ...failures.map(({ count }) => count));
  context.fillStyle = cssColour('--danger-solid');
  for (const { at, count } of failures) {
    if (count === 0) continue;
    const height = 3 + (count / worst) * (STRIP.height - 3);
    context.fillRect(
      Math.max(plot.left, x(at)),
      stripTop + STRIP.height - height,
      Math.max(2, x(at + bucket) - x(at) - 0.6),
      height,
    );
  }
}

/** A canvas sharp on dense screens, cleared, drawn on in CSS pixels. */
export function prepare(canvas: HTMLCanvasElement, width: number, height: number): CanvasRenderingContext2D {
  const density = window.devicePixelRatio || 1;
  canvas.width = Math.round(width * density);
  canvas.height = Math.round(height * density);
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  const context = canvas.getContext('2d')!;
  context.setTransform(density, 0, 0, density, 0, 0);
  context.clearRect(0, 0, width, height);
  return context;
}

function palette(): string[] {
  const stops = [0, 1, 2, 3].map((i) => cssColour(`--heat-${i}`));
  return Array.from({ length: LEVELS }, (_, level) => {
    const position = (level / (LEVELS - 1)) * (stops.length - 1);
    const from = Math.min(stops.length - 2, Math.floor(position));
    const share = Math.round((position - from) * 100);
    return `color-mix(in oklab, ${stops[from]} ${100 - share}%, ${stops[from + 1]} ${share}%)`;
  });
}
