import { signal } from '@preact/signals';

/** Moves on by itself, so that "2 min" does not stay "2 min". */
export const now = signal(Date.now());
setInterval(() => (now.value = Date.now()), 30_000);

const STEPS: [seconds: number, unit: string][] = [
  [86_400, 'd'],
  [3_600, 'h'],
  [60, 'min'],
];
const WORDS: Record<string, string> = { d: 'day', h: 'hour', min: 'minute' };

/** How long ago, in the largest unit that fits: `now`, `5 min`, `3 h`, `2 d`. */
export function ago(timestamp: string, at: number): string {
  const seconds = (at - Date.parse(timestamp)) / 1_000;
  const step = STEPS.find(([length]) => seconds >= length);
  return step ? `${Math.floor(seconds / step[0])} ${step[1]}` : 'now';
}

/** How long something is still there: `6 days left`. */
export function left(timestamp: string, at: number): string {
  const seconds = (Date.parse(timestamp) - at) / 1_000;
  const step = STEPS.find(([length]) => seconds >= length);
  if (!step) return seconds > 0 ? 'moments left' : 'gone';
  const count = Math.floor(seconds / step[0]);
  return `${count} ${WORDS[step[1]]}${count === 1 ? '' : 's'} left`;
}
