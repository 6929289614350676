import { useEffect, useRef, useState } from 'preact/hooks';
import UPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { formatMs } from '../format/duration.js';
import { formatCount, formatValue } from '../format/number.js';
import { formatDateTime, tickLabel } from '../format/time.js';
import { seriesColour } from '../ui/service-colour.js';
import { cssColour, isDark } from '../ui/theme.js';
import { useWidth } from '../ui/use-size.js';
import { setParams } from '../ui/router.js';
import { type Chart } from './to-chart.js';
import './line-chart.css';

const HEIGHT = 190;
const DASHES = [[], [6, 3], [2, 3]];

/** One calculation over time. Dragging picks a shorter time range. */
export function LineChart({ chart }: { chart: Chart }) {
  const holder = useRef<HTMLDivElement>(null);
  const width = useWidth(holder);
  const dark = isDark.value;
  const [cursor, setCursor] = useState<{ index: number; left: number }>();
  const format = chart.name.endsWith('_ms)') && !chart.name.startsWith('COUNT') ? formatMs : shortNumber;

  useEffect(() => {
    if (!holder.current || width < 50) return;
    const axis = {
      stroke: cssColour('--muted'),
      grid: { stroke: cssColour('--line'), width: 1 },
      ticks: { show: false },
      font: '11px system-ui',
    };
    const plot = new UPlot(
      {
        width,
        height: HEIGHT,
        legend: { show: false },
        cursor: { y: false, drag: { x: true, y: false, setScale: false }, points: { size: 6 } },
        scales: { y: { range: (_, __, max) => [0, max > 0 ? max * 1.08 : 1] } },
        axes: [
          {
            ...axis,
            size: 32,
            values: (_, splits, __, ___, step) => splits.map((at) => tickLabel(at * 1000, step * 1000)),
          },
          { ...axis, size: 62, values: (_, splits) => splits.map((value) => format(value)) },
        ],
        series: [
          {},
          ...chart.lines.map(({ label }, i) => ({
            label,
            stroke: cssColour(/--[\w-]+/.exec(seriesColour(i))![0]),
            width: 1.75,
            dash: DASHES[Math.floor(i / 4) % DASHES.length]!,
            points: { show: true, size: 5, filter: isolated },
          })),
        ],
        hooks: {
          setCursor: [
            ({ cursor: { idx, left } }) => setCursor(idx == null ? undefined : { index: idx, left: left ?? 0 }),
          ],
          setSelect: [
            (self) => {
              if (self.select.width < 6) return;
              const at = (x: number) => Math.round(self.posToVal(x, 'x') * 1000);
              setParams({ range: null, start: at(self.select.left), end: at(self.select.left + self.select.width) });
            },
          ],
        },
      },
      [[...chart.times], ...chart.lines.map(({ values }) => values)] as UPlot.AlignedData,
      holder.current,
    );
    return () => plot.destroy();
  }, [chart, width, dark]);

  const at = cursor && chart.times[cursor.index];
  return (
    <div
      class="line-chart"
      ref={holder}
      role="img"
      aria-label={`${chart.name} over time, ${chart.lines.length} lines`}
      onPointerLeave={() => setCursor(undefined)}
    >
      {at !== undefined && (
        <div class="line-tip tiny" style={cursor!.left > width / 2 ? { left: '70px' } : { right: '8px' }}>
          <b>{formatDateTime(at * 1000)}</b>
          {chart.lines.map(({ label, values }, i) => (
            <div key={label}>
              <i style={{ background: seriesColour(i) }} />
              <span class="truncate">{label}</span>
              <span class="number">{values[cursor!.index] == null ? '–' : format(values[cursor!.index]!)}</span>
            </div>
          ))}
        </div>
      )}
    </div>
  );
}

/** A value between two gaps has no line to be seen by. */
const isolated: UPlot.Series.Points.Filter = (self, series) => {
  const values = self.data[series]!;
  return [...values.keys()].filter((i) => values[i] != null && values[i - 1] == null && values[i + 1] == null);
};

const shortNumber = (value: number): string =>
  Number.isInteger(value) ? formatCount(value) : formatValue(Number(value.toPrecision(3)));
