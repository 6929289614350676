import { type Status } from '../api/types.js';
import { formatBytes, formatCount } from '../format/number.js';
import { formatDateTime } from '../format/time.js';

export interface Warning {
  kind: string;
  text: string;
}

export const AWAY: Warning = {
  kind: 'away',
  text: 'The trace viewer does not answer; what you see stands still until it is back.',
};

/** What the reader must know before trusting the page; empty when all is well. */
export function warningsOf({ dropped, full_since, unclean_stop, retention }: Status): Warning[] {
  const warnings: Warning[] = [];
  const lost = [
    dropped.spans && `${formatCount(dropped.spans)} spans`,
    dropped.logs && `${formatCount(dropped.logs)} log lines`,
    dropped.requests && `${formatCount(dropped.requests)} export requests`,
  ].filter(Boolean);
  if (lost.length > 0) {
    const why = dropped.reason ? `: ${dropped.reason}` : '';
    warnings.push({ kind: 'dropped', text: `${lost.join(' and ')} were dropped${why}. Traces may have gaps.` });
  }
  if (full_since)
    warnings.push({
      kind: 'full',
      text: `The store is full (${formatBytes(retention.max_bytes)}): since ${formatDateTime(Date.parse(full_since))} the oldest traces make room for new ones.`,
    });
  if (unclean_stop)
    warnings.push({
      kind: 'unclean',
      text: `The viewer was stopped abruptly; up to a second of spans before ${formatDateTime(Date.parse(unclean_stop.last_seen))} may be missing.`,
    });
  return warnings;
}
