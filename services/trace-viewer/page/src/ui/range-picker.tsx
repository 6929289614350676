import { formatDateTime } from '../format/time.js';
import { setParams } from './router.js';
import { currentRange, RANGES, refresh } from './time-range.js';

/** Picks the time range in the address. A fixed range, as a drag makes one, is shown as such and can be left. */
export function RangePicker() {
  const range = currentRange();
  const onChange = (value: string) => {
    refresh();
    setParams({ range: value, start: null, end: null });
  };
  return (
    <select
      class="field"
      aria-label="Time range"
      value={range.relative ?? 'fixed'}
      onChange={(event) => onChange(event.currentTarget.value)}
    >
      {RANGES.map(({ value, label }) => (
        <option key={value} value={value}>
          Last {label}
        </option>
      ))}
      {range.relative === undefined && (
        <option value="fixed">
          {formatDateTime(range.start)} – {formatDateTime(range.end)}
        </option>
      )}
    </select>
  );
}
