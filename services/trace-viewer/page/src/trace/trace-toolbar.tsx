import { type SpanKind } from '../api/types.js';
import { type TraceView } from './trace-view.js';
import './trace-toolbar.css';

/** Search with its matches, errors, the critical path, kinds and folding. */
export function TraceToolbar({ view }: { view: TraceView }) {
  const errors = view.trace.spans.filter(({ status }) => status.code === 'error').length;
  const zoomed = view.zoom.value !== view.whole;
  return (
    <div class="trace-toolbar toolbar">
      <SearchField view={view} />
      {errors > 0 && (
        <button type="button" class="button" onClick={() => view.seek((span) => span.status.code === 'error', 1)}>
          Next error <kbd>e</kbd>
        </button>
      )}
      <button
        type="button"
        class="button"
        aria-pressed={view.showCritical.value}
        title="What the request was waiting for at each moment (c)"
        onClick={() => (view.showCritical.value = !view.showCritical.value)}
      >
        Critical path
      </button>
      <KindMenu view={view} />
      <span class="push toolbar">
        {zoomed && (
          <button type="button" class="button" onClick={() => view.zoomTo(undefined)}>
            Whole trace <kbd>z</kbd>
          </button>
        )}
        <button type="button" class="button quiet" onClick={() => (view.folded.value = new Set())}>
          Unfold all
        </button>
        <button type="button" class="button quiet" onClick={view.foldAll}>
          Fold all
        </button>
      </span>
    </div>
  );
}

function SearchField({ view }: { view: TraceView }) {
  const { matches } = view;
  const found = matches.value;
  const at = found && view.selected.value && found.has(view.selected.value) ? position(view, found) : undefined;
  const go = (direction: 1 | -1) => view.seek((span) => found?.has(span.span_id) ?? false, direction);
  return (
    <div class="trace-search" role="search">
      <input
        type="text"
        class="field"
        data-search=""
        placeholder="Search names, attributes, logs"
        aria-label="Search in this trace"
        value={view.query.value}
        onInput={(event) => (view.query.value = event.currentTarget.value)}
        onKeyDown={(event) => event.key === 'Enter' && go(event.shiftKey ? -1 : 1)}
      />
      {found && (
        <>
          <span class="small muted" role="status">
            {found.size === 0 ? 'no match' : `${at === undefined ? '' : `${at} of `}${found.size}`}
          </span>
          <button
            type="button"
            class="button quiet icon"
            aria-label="Previous match"
            disabled={!found.size}
            onClick={() => go(-1)}
          >
            ↑
          </button>
          <button
            type="button"
            class="button quiet icon"
            aria-label="Next match"
            disabled={!found.size}
            onClick={() => go(1)}
          >
            ↓
          </button>
        </>
      )}
    </div>
  );
}

function KindMenu({ view }: { view: TraceView }) {
  const counts = new Map<SpanKind, number>();
  for (const { kind } of view.trace.spans) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  const hidden = view.hiddenKinds.value;
  return (
    <details class="kind-menu">
      <summary class="button">Kinds{hidden.size > 0 && <span class="badge accent">{hidden.size} hidden</span>}</summary>
      <div>
        {[...counts].map(([kind, count]) => (
          <label key={kind}>
            <input type="checkbox" checked={!hidden.has(kind)} onChange={() => view.toggleKind(kind)} />
            {kind} <span class="muted">{count}</span>
          </label>
        ))}
      </div>
    </details>
  );
}

function position(view: TraceView, found: ReadonlySet<string>): number {
  let count = 0;
  for (const { span } of view.all) {
    if (found.has(span.span_id)) count++;
    if (span.span_id === view.selected.value) break;
  }
  return count;
}
