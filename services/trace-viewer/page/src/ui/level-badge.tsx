import { type Level } from '../api/types.js';

const KIND: Partial<Record<Level, string>> = { error: 'danger', fatal: 'danger', warn: 'warn', info: 'accent' };

export function LevelBadge({ level }: { level: Level | null }) {
  return <span class={`badge ${(level && KIND[level]) ?? ''}`}>{level ?? 'log'}</span>;
}
