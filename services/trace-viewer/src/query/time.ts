/** Nanoseconds since the epoch as RFC 3339 in UTC with nine digits. */
export function formatNs(ns: bigint): string {
  const date = new Date(Number(ns / 1_000_000n));
  return `${date.toISOString().slice(0, -5)}.${String(ns % 1_000_000_000n).padStart(9, '0')}Z`;
}

/** The opposite of formatNs, with any number of fractional digits up to nine; null when it is no date. */
export function parseNs(text: string): bigint | null {
  const match = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?Z$/.exec(text);
  const ms = match ? Date.parse(`${match[1]}Z`) : NaN;
  if (Number.isNaN(ms)) return null;
  return BigInt(ms) * 1_000_000n + BigInt((match![2] ?? '').padEnd(9, '0'));
}

/** Microseconds with nanoseconds as the fraction: exact up to a hundred days. */
export const toMicroseconds = (ns: bigint): number => Number(ns) / 1000;
