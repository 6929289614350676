import { useEffect, useRef, useState } from 'preact/hooks';
import { noteServices } from '../ui/service-colour.js';
import { useShortcuts } from '../ui/keyboard.js';
import { ErrorNote, Loading, Nothing } from '../ui/notes.js';
import { navigate, setParams } from '../ui/router.js';
import { TraceRow } from './trace-row.js';
import { type TracesState } from './traces-state.js';
import { useLiveTraces } from './use-live-traces.js';
import './trace-list.css';

/** Newest first and live; stands still while the pointer is in it, a row is chosen, or the page is scrolled. */
export function TraceList({ state }: { state: TracesState }) {
  const [reading, setReading] = useState(false);
  const [current, setCurrent] = useState<string>();
  const [marked, setMarked] = useState<readonly string[]>([]);
  const scrolled = useScrolled();
  const frozen = reading || scrolled || current !== undefined || !state.live;
  const list = useLiveTraces(state, frozen);
  const { shown, waiting } = list;
  const body = useRef<HTMLTableSectionElement>(null);
  noteServices(shown.flatMap(({ services }) => services));

  const step = (by: number) => {
    const at = shown.findIndex(({ trace_id }) => trace_id === current);
    const next = shown[Math.min(shown.length - 1, Math.max(0, at < 0 ? 0 : at + by))];
    setCurrent(next?.trace_id);
  };
  useEffect(() => body.current?.querySelector('.current')?.scrollIntoView({ block: 'nearest' }), [current]);
  useShortcuts({
    j: () => step(1),
    k: () => step(-1),
    Enter: () => current !== undefined && navigate(`/traces/${current}`),
    ...(current !== undefined && { Escape: () => setCurrent(undefined) }),
  });

  const toggleMark = (id: string) =>
    setMarked((old) => (old.includes(id) ? old.filter((other) => other !== id) : [...old, id].slice(-2)));
  const slowest = Math.max(1, ...shown.map(({ duration_us }) => duration_us));
  const showNew = () => {
    setCurrent(undefined);
    list.release();
    window.scrollTo({ top: 0 });
  };
  return (
    <section
      class="card trace-list"
      aria-label="Traces"
      onPointerEnter={() => setReading(true)}
      onPointerLeave={() => setReading(false)}
    >
      <header>
        <h2>{state.box ? 'Selected traces' : 'Recent traces'}</h2>
        <span class="muted small">{shown.length ? `${shown.length}${list.loadMore ? '+' : ''}` : ''}</span>
        <span class="push toolbar">
          <a
            class={`button ${marked.length === 2 ? 'primary' : ''}`}
            role="link"
            aria-disabled={marked.length !== 2}
            href={marked.length === 2 ? `/compare?a=${marked[0]}&b=${marked[1]}` : undefined}
          >
            {marked.length === 2
              ? 'Compare the two'
              : marked.length === 1
                ? 'Mark one more to compare'
                : 'Mark two to compare'}
          </a>
          {!state.box && state.range.relative && (
            <button
              type="button"
              class="button"
              aria-pressed={state.live}
              onClick={() => setParams({ live: state.live ? 0 : null }, { replace: true })}
            >
              {state.live ? (frozen ? 'Live (paused while you read)' : 'Live') : 'Go live'}
            </button>
          )}
        </span>
      </header>
      {waiting.length > 0 && (
        <div class="new-pill-holder" role="status">
          <button type="button" class="button primary new-pill" onClick={showNew}>
            {waiting.length} new
          </button>
        </div>
      )}
      {list.error && <ErrorNote error={list.error} />}
      {shown.length === 0 ? (
        list.loading ? (
          <Loading what="traces" />
        ) : (
          <Nothing title="No trace matches">Try a longer time range, or take a filter away.</Nothing>
        )
      ) : (
        <div class="scroll-x">
          <table class="rows">
            <thead>
              <tr>
                <th>
                  <span class="visually-hidden">Compare</span>
                </th>
                <th>Time</th>
                <th>Request</th>
                <th class="duration-head">Duration</th>
                <th class="number">Spans</th>
                <th>Status</th>
                <th class="services-column">Services</th>
              </tr>
            </thead>
            <tbody ref={body}>
              {shown.map((trace) => (
                <TraceRow
                  key={trace.trace_id}
                  trace={trace}
                  slowest={slowest}
                  current={trace.trace_id === current}
                  marked={marked.includes(trace.trace_id)}
                  onMark={() => toggleMark(trace.trace_id)}
                />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {list.loadMore && (
        <button type="button" class="button quiet load-more" onClick={() => void list.loadMore?.()}>
          Load older traces
        </button>
      )}
    </section>
  );
}

function useScrolled(): boolean {
  const [scrolled, setScrolled] = useState(false);
  useEffect(() => {
    const onScroll = () => setScrolled(window.scrollY > 200);
    window.addEventListener('scroll', onScroll, { passive: true });
    return () => window.removeEventListener('scroll', onScroll);
  }, []);
  return scrolled;
}
