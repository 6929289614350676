import { useEffect, useRef, useState } from 'preact/hooks';
import { onStream } from '../api/stream.js';
import { type LiveList, release, takeTraces } from './live-list.js';
import { listKey, loadTraces, matchesSummary, type TracesState } from './traces-state.js';

const EMPTY: LiveList = { shown: [], waiting: [] };

/** The list of traces: loaded, continued page by page, and kept live unless it is frozen. */
export function useLiveTraces(state: TracesState, frozen: boolean) {
  const [list, setList] = useState<LiveList>(EMPTY);
  const [next, setNext] = useState<string | null>(null);
  const [error, setError] = useState<Error>();
  const [loading, setLoading] = useState(true);
  const latest = useRef({ state, frozen });
  latest.current = { state, frozen };
  const key = listKey(state);

  useEffect(() => {
    const controller = new AbortController();
    setLoading(true);
    loadTraces(state, undefined, controller.signal).then(
      (page) => {
        setList({ shown: page.traces, waiting: [] });
        setNext(page.next_before);
        setError(undefined);
        setLoading(false);
      },
      (reason: unknown) => {
        if (controller.signal.aborted) return;
        setError(reason as Error);
        setLoading(false);
      },
    );
    return () => controller.abort();
  }, [key]);

  useEffect(() => {
    if (!state.live) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const reload = () => {
      timer ??= setTimeout(() => {
        timer = undefined;
        loadTraces(latest.current.state).then(
          ({ traces }) => setList((old) => takeTraces(old, traces, latest.current.frozen)),
          () => undefined,
        );
      }, 1000);
    };
    const stopTraces = onStream('traces', ({ traces, more }) => {
      const { state: current, frozen: still } = latest.current;
      // Attribute filters need the store, and a burst too large for one message was cut.
      if (current.filters.length > 0 || more > 0) return reload();
      const fitting = traces.filter((trace) => matchesSummary(current, trace));
      if (fitting.length) setList((old) => takeTraces(old, fitting, still));
    });
    const stopResumed = onStream('resumed', reload);
    return () => {
      clearTimeout(timer);
      stopTraces();
      stopResumed();
    };
  }, [state.live, key]);

  // What waited comes in as soon as the reader is done.
  useEffect(() => {
    if (!frozen) setList((old) => (old.waiting.length ? release(old) : old));
  }, [frozen]);

  const loadMore = async () => {
    if (!next) return;
    try {
      const page = await loadTraces(state, next);
      setList((old) => ({ ...old, shown: [...old.shown, ...page.traces] }));
      setNext(page.next_before);
    } catch (reason) {
      setError(reason as Error);
    }
  };
  return { ...list, error, loading, release: () => setList(release), loadMore: next ? loadMore : undefined };
}
