export const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;
export type Level = (typeof LEVELS)[number];

/** SeverityNumber: four steps per level from 1; 0 is unspecified. */
export const levelOf = (severity: number): Level | null => LEVELS[Math.ceil(severity / 4) - 1] ?? null;

/** The lowest SeverityNumber of a level. */
export const severityOf = (level: Level): number => LEVELS.indexOf(level) * 4 + 1;
