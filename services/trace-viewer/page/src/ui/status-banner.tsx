import { signal } from '@preact/signals';
import { connected, status } from '../api/stream.js';
import { type Status } from '../api/types.js';
import { formatBytes, formatCount } from '../format/number.js';
import { formatDateTime } from '../format/time.js';
import './status-banner.css';

const dismissed = signal<readonly string[]>([]);

/** What the reader must know before trusting the page: what was dropped, deleted or lost, and that the service is away. */
export function StatusBanner() {
  const warnings = [...(status.value ? warningsOf(status.value) : []), ...(connected.value === false ? [AWAY] : [])];
  const shown = warnings.filter(({ text }) => !dismissed.value.includes(text));
  if (shown.length === 0) return null;
  return (
    <div class="banners" role="region" aria-label="Warnings">
      {shown.map(({ kind, text }) => (
        <p key={kind} role="alert" class="banner">
          <span aria-hidden="true">⚠</span>
          <span>{text}</span>
          <button
            type="button"
            class="button quiet icon"
            aria-label={`Dismiss: ${text}`}
            onClick={() => (dismissed.value = [...dismissed.value, text])}
          >
            ✕
          </button>
        </p>
      ))}
    </div>
  );
}

interface Warning {
  kind: string;
  text: string;
}
const AWAY: Warning = {
  kind: 'away',
  text: 'The trace viewer does not answer; what you see stands still until it is back.',
};

function warningsOf({ dropped, full_since, unclean_stop, retention }: Status): Warning[] {
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
