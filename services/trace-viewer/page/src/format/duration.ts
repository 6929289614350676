const UNITS = [
  { below: 1e3, divisor: 1, unit: 'µs' },
  { below: 1e6, divisor: 1e3, unit: 'ms' },
  { below: 60e6, divisor: 1e6, unit: 's' },
  { below: 3600e6, divisor: 60e6, unit: 'min' },
] as const;

/** Three significant digits and one unit: 12 µs, 3.45 ms, 1.2 s. Takes microseconds. */
export function formatDuration(microseconds: number | null | undefined): string {
  if (microseconds == null || !Number.isFinite(microseconds)) return '–';
  if (microseconds === 0) return '0';
  if (microseconds < 0) return `−${formatDuration(-microseconds)}`;
  const { divisor, unit } = UNITS.find(({ below }) => microseconds < below * 0.9995) ?? { divisor: 3600e6, unit: 'h' };
  return `${significant(microseconds / divisor)} ${unit}`;
}

export const formatMs = (milliseconds: number | null | undefined): string =>
  formatDuration(milliseconds == null ? milliseconds : milliseconds * 1000);

function significant(value: number): string {
  if (value >= 100) return String(Math.round(value));
  return String(Number(value.toPrecision(value < 1 ? 2 : 3)));
}
