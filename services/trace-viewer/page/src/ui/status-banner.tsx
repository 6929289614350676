import { signal } from '@preact/signals';
import { connected, status } from '../api/stream.js';
import { AWAY, warningsOf } from './warnings.js';
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
