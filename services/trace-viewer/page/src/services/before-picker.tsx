import { useState } from 'preact/hooks';
import { params, setParams } from '../ui/router.js';
import { type TimeRange } from '../ui/time-range.js';
import { formatDateTime } from '../format/time.js';

/** Which time to compare with: "before and after my change" is a split at the moment of the change. */
export function BeforePicker({ range }: { range: TimeRange }) {
  const vs = params.value.get('vs') ?? '';
  const isSplit = /^\d+$/.test(vs);
  const [asking, setAsking] = useState(false);
  const onChange = (value: string) => {
    setAsking(value === 'split');
    if (value !== 'split') setParams({ vs: value });
    else setParams({ vs: Math.round((range.start + range.end) / 2) });
  };
  return (
    <>
      <select
        class="field"
        aria-label="Compare with"
        value={isSplit ? 'split' : vs}
        onChange={(event) => onChange(event.currentTarget.value)}
      >
        <option value="">No comparison</option>
        <option value="prev">Against the period before</option>
        <option value="day">Against the same time yesterday</option>
        <option value="split">Before and after a change …</option>
      </select>
      {(asking || isSplit) && (
        <input
          class="field"
          type="datetime-local"
          step="1"
          aria-label="Time of the change"
          title={isSplit ? `Before and after ${formatDateTime(Number(vs))}` : ''}
          min={localInput(range.start)}
          max={localInput(range.end)}
          value={localInput(isSplit ? Number(vs) : (range.start + range.end) / 2)}
          onChange={(event) => {
            const split = new Date(event.currentTarget.value).getTime();
            if (Number.isFinite(split)) setParams({ vs: split });
          }}
        />
      )}
    </>
  );
}

/** Local time as `datetime-local` wants it. */
const localInput = (epochMs: number): string =>
  new Date(epochMs - new Date(epochMs).getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
