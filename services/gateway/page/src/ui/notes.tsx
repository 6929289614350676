import type { ComponentChildren } from 'preact';
import { ApiError } from '../api/client.js';
import { TraceLink } from './trace-link.js';

/** What went wrong, in a sentence, with what one can do about it. */
export function ErrorNote({ error, onRetry }: { error: Error; onRetry?: () => void }) {
  const { traceId, status = 0 } = error instanceof ApiError ? error : ({} as Partial<ApiError>);
  // What was wrong with the request is wrong the next time as well.
  const canRetry = status < 400 || status === 429 || status >= 500;
  return (
    <div class="note error" role="alert">
      <p>{error.message}</p>
      {traceId && (
        <p class="fine">
          What happened: <TraceLink traceId={traceId} />
        </p>
      )}
      {onRetry && canRetry && (
        <button class="button" type="button" data-trace="try again" onClick={onRetry}>
          Try again
        </button>
      )}
    </div>
  );
}

export function Nothing({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <div class="note nothing">
      <p class="note-title">{title}</p>
      {children && <p>{children}</p>}
    </div>
  );
}

export function Waiting() {
  return (
    <div class="waiting" role="status">
      <span class="visually-hidden">Loading</span>
      {[0, 1, 2].map((line) => (
        <div key={line} class="ghost" aria-hidden="true" />
      ))}
    </div>
  );
}
