const clock = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hour12: false,
});
const day = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });

/** Time of day with milliseconds, local. */
export function formatClock(epochMs: number): string {
  const ms = Math.floor(((epochMs % 1000) + 1000) % 1000);
  return `${clock.format(epochMs)}.${String(ms).padStart(3, '0')}`;
}

export function formatDateTime(epochMs: number, now = Date.now()): string {
  const sameDay = new Date(epochMs).toDateString() === new Date(now).toDateString();
  return sameDay ? formatClock(epochMs) : `${day.format(epochMs)} ${formatClock(epochMs)}`;
}

export function formatAgo(epochMs: number, now = Date.now()): string {
  const seconds = Math.max(0, Math.round((now - epochMs) / 1000));
  if (seconds < 5) return 'now';
  if (seconds < 60) return `${seconds} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ago`;
  return `${Math.floor(seconds / 86_400)} d ago`;
}

const STEPS_S = [
  1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 21_600, 43_200, 86_400, 172_800,
];

/** Round local times inside a range, about `count` of them. */
export function timeTicks(startMs: number, endMs: number, count: number): { at: number; label: string }[] {
  const wanted = (endMs - startMs) / 1000 / Math.max(1, count);
  const step = (STEPS_S.find((s) => s >= wanted) ?? Math.ceil(wanted / 86_400) * 86_400) * 1000;
  const offset = new Date(startMs).getTimezoneOffset() * 60_000;
  const ticks = [];
  for (let at = Math.ceil((startMs - offset) / step) * step + offset; at <= endMs; at += step)
    ticks.push({ at, label: tickLabel(at, step) });
  return ticks;
}

/** A tick as short as its distance to the next one allows. */
export function tickLabel(at: number, stepMs: number): string {
  const date = new Date(at);
  if (stepMs >= 86_400_000 || (date.getHours() === 0 && date.getMinutes() === 0 && stepMs >= 3_600_000))
    return day.format(at);
  return stepMs < 60_000 ? clock.format(at) : clock.format(at).slice(0, 5);
}
