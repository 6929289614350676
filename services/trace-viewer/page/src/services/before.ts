import { type TimeRange } from '../ui/time-range.js';

/** The two ranges that `vs` in the address asks for: `prev`, `day`, or an instant (epoch ms) that splits the range. */
export function beforeAndAfter(
  range: TimeRange,
  vs: string | null,
): { after: TimeRange; before: TimeRange | undefined } {
  const length = range.end - range.start;
  const shifted = (by: number): TimeRange => ({ start: range.start - by, end: range.end - by, relative: undefined });
  if (vs === 'prev') return { after: range, before: shifted(length) };
  if (vs === 'day') return { after: range, before: shifted(86_400_000) };
  const split = Number(vs);
  if (vs && split > range.start && split < range.end)
    return {
      after: { start: split, end: range.end, relative: undefined },
      before: { start: range.start, end: split, relative: undefined },
    };
  return { after: range, before: undefined };
}
