import { useMemo, useState } from 'preact/hooks';
import { get } from '../api/client.js';
import { type Trace } from '../api/types.js';
import { formatDuration } from '../format/duration.js';
import { formatDateTime } from '../format/time.js';
import { diffTrees, flattenDiff } from '../trace/diff.js';
import { buildTree } from '../trace/tree.js';
import { ErrorNote, Loading } from '../ui/notes.js';
import { navigate, params } from '../ui/router.js';
import { noteServices } from '../ui/service-colour.js';
import { ServiceName } from '../ui/service-name.js';
import { useResource } from '../ui/use-resource.js';
import { DiffTable } from './diff-table.js';
import './compare-page.css';

/** Two traces side by side: what was added, what is gone, what got slower or faster. */
export function ComparePage() {
  const a = params.value.get('a') ?? '';
  const b = params.value.get('b') ?? '';
  const { data, error } = useResource(a && b ? `${a} ${b}` : undefined, (signal) =>
    Promise.all([a, b].map((id) => get<Trace>(`traces/${encodeURIComponent(id)}`, undefined, signal))),
  );
  const [first, second] = data ?? [];
  return (
    <>
      <div class="page-head">
        <h1>Compare two traces</h1>
        {first && second && (
          <a class="button push" href={`/compare?a=${b}&b=${a}`}>
            Swap
          </a>
        )}
      </div>
      {error && <ErrorNote error={error} />}
      {!(a && b) || error ? <ChooseTraces a={a} b={b} /> : !first || !second ? <Loading what="both traces" /> : null}
      {first && second && !error && <Comparison before={first} after={second} />}
    </>
  );
}

function Comparison({ before, after }: { before: Trace; after: Trace }) {
  noteServices([...before.services, ...after.services]);
  const [onlyChanges, setOnlyChanges] = useState(false);
  const rows = useMemo(() => flattenDiff(diffTrees(buildTree(before.spans), buildTree(after.spans))), [before, after]);
  const count = (change: string) => rows.filter((row) => row.change === change).length;
  const delta = after.duration_us - before.duration_us;
  return (
    <>
      <div class="compared">
        <Side letter="A" trace={before} />
        <Side letter="B" trace={after} />
        <div class="card verdict">
          <p class="tiny muted">B against A</p>
          <p class={`verdict-delta ${delta > 0 ? 'worse' : 'better'}`}>
            {delta > 0 ? '▲ +' : '▼ '}
            {formatDuration(delta)}
          </p>
          <p class="small">
            {count('slower')} slower, {count('faster')} faster, {count('added')} added, {count('gone')} gone
          </p>
        </div>
      </div>
      <section class="card" aria-label="Differences">
        <header>
          <h2>Spans</h2>
          <label class="small push only-changes">
            <input type="checkbox" checked={onlyChanges} onChange={() => setOnlyChanges(!onlyChanges)} /> Only what
            changed
          </label>
        </header>
        <DiffTable
          rows={onlyChanges ? rows.filter(({ change }) => change !== 'same') : rows}
          before={before.trace_id}
          after={after.trace_id}
        />
      </section>
    </>
  );
}

function Side({ letter, trace }: { letter: string; trace: Trace }) {
  const root = trace.spans.find(({ parent_span_id }) => !parent_span_id) ?? trace.spans[0];
  return (
    <a class="card compared-side" href={`/traces/${trace.trace_id}`}>
      <b aria-hidden="true">{letter}</b>
      <span>
        <span class="truncate">
          {root && <ServiceName name={root.service} />} {root?.name}
        </span>
        <span class="tiny muted">
          {formatDateTime(Date.parse(trace.start))} · {trace.spans.length} spans · {trace.trace_id.slice(0, 8)}
        </span>
      </span>
      <span class="compared-duration">{formatDuration(trace.duration_us)}</span>
    </a>
  );
}

function ChooseTraces({ a, b }: { a: string; b: string }) {
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const [first, second] = ['a', 'b'].map((name) =>
      /[0-9a-f]{32}/i.exec(form.get(name) as string)?.[0]?.toLowerCase(),
    );
    if (first && second) navigate(`/compare?a=${first}&b=${second}`);
  };
  return (
    <form class="card choose-traces" onSubmit={submit}>
      <p>Mark two traces in the list of the Traces page, or paste their ids or addresses.</p>
      <label>
        Trace A
        <input
          class="field mono"
          name="a"
          value={a}
          required
          pattern=".*[0-9a-fA-F]{32}.*"
          title="32 hex digits, or an address with them"
        />
      </label>
      <label>
        Trace B
        <input
          class="field mono"
          name="b"
          value={b}
          required
          pattern=".*[0-9a-fA-F]{32}.*"
          title="32 hex digits, or an address with them"
        />
      </label>
      <button type="submit" class="button primary">
        Compare
      </button>
    </form>
  );
}
