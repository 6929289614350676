/** What a stranger's span may look like. Values that are too long are cut; what is over a count is left out. */
export const LIMITS = {
  spansPerRequest: 256,
  nameLength: 128,
  attributes: 48,
  keyLength: 64,
  valueLength: 1_024,
  /** `exception.stacktrace` only. */
  stackLength: 4_096,
  arrayItems: 16,
  events: 16,
  links: 4,
  /** How far from now a span may lie: browsers' clocks are wrong, but not by this much. Milliseconds. */
  clockSkewMs: 24 * 3_600_000,
  durationMs: 3_600_000,
} as const;
