import { useEffect, useRef, useState } from 'preact/hooks';
import { Asking } from '../api/asking.js';
import { onStream } from '../api/stream.js';
import { type TraceList } from '../api/types.js';
import { EMPTY, type LiveList, release, takeOlder, takePage, takeTraces } from './live-list.js';
import { listKey, loadTraces, matchesSummary, type TracesState } from './traces-state.js';

/** The list of traces: loaded, continued page by page, and kept live unless it is frozen. */
export function useLiveTraces(state: TracesState, frozen: boolean) {
  const [list, setList] = useState<LiveList>(EMPTY);
  const [error, setError] = useState<Error>();
  const [loading, setLoading] = useState(true);
  const latest = useRef({ state, frozen });
  latest.current = { state, frozen };
  const asking = useRef(new Asking());
  const key = listKey(state);

  const settle = (reason?: Error) => {
    setError(reason);
    setLoading(false);
  };
  const load = (take: (list: LiveList, page: TraceList) => LiveList, before?: string) =>
    asking.current.load(
      (signal) => loadTraces(latest.current.state, before, signal),
      (page) => {
        setList((old) => take(old, page));
        settle();
      },
      settle,
    );

  useEffect(() => {
    setLoading(true);
    void load((_old, { traces, next_before }) => ({ shown: traces, waiting: [], next: next_before }));
    return () => asking.current.giveUp();
  }, [key]);

  useEffect(() => {
    if (!state.live) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const reload = () => {
      timer ??= setTimeout(() => {
        timer = undefined;
        void load((old, page) => takePage(old, page, latest.current.frozen));
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

  const { shown, waiting, next } = list;
  const loadMore = (before: string) => load((old, page) => takeOlder(old, page, before), before);
  return {
    shown,
    waiting,
    error,
    loading,
    release: () => setList(release),
    // With filters the whole list comes at once.
    loadMore: next === null || state.filters.length > 0 ? undefined : () => loadMore(next),
  };
}
