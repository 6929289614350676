export interface Interval {
  start: number;
  end: number;
}

/** `span` less the time in which at least one child runs: overlaps count once, children are clipped to the span. */
export function selfTime(span: Interval, children: Interval[]): number {
  let covered = 0;
  let until = span.start;
  for (const child of [...children].sort((a, b) => a.start - b.start)) {
    const start = Math.max(child.start, until);
    const end = Math.min(child.end, span.end);
    if (end > start) covered += end - start;
    until = Math.max(until, end);
  }
  return Math.max(0, span.end - span.start - covered);
}
