import { useEffect, useRef, useState } from 'preact/hooks';
import { Asking } from '../api/asking.js';
import { get } from '../api/client.js';
import { onStream } from '../api/stream.js';
import { type LogList } from '../api/types.js';
import { useShortcuts } from '../ui/keyboard.js';
import { ErrorNote, Loading, Nothing } from '../ui/notes.js';
import { RangePicker } from '../ui/range-picker.js';
import { params, setParams } from '../ui/router.js';
import { noteServices, serviceNames } from '../ui/service-colour.js';
import { currentRange } from '../ui/time-range.js';
import { useServices } from '../ui/use-services.js';
import { EMPTY, type LiveLogs, logParameters, logsState, releaseLogs, takeLogs, takeOlderLogs } from './live-logs.js';
import { LogRow } from './log-row.js';
import './logs-page.css';

const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;

/** Log lines of all services, newest first, live; each leads to the span that wrote it. */
export function LogsPage() {
  const state = logsState(params.value, currentRange());
  const key = JSON.stringify({ ...state, range: state.range.relative ?? state.range });
  const [logs, setLogs] = useState<LiveLogs>(EMPTY);
  const [error, setError] = useState<Error>();
  const [loading, setLoading] = useState(true);
  const [reading, setReading] = useState(false);
  const latest = useRef({ state, reading });
  latest.current = { state, reading };
  const asking = useRef(new Asking());
  useServices();
  useShortcuts({ Escape: () => setParams({ trace: null, span: null }) });

  const settle = (reason?: Error) => {
    setError(reason);
    setLoading(false);
  };
  const load = (take: (list: LiveLogs, page: LogList) => LiveLogs, before?: string) =>
    asking.current.load(
      (signal) => get<LogList>('logs', logParameters(latest.current.state, before), signal),
      (page) => {
        setLogs((old) => take(old, page));
        settle();
      },
      settle,
    );
  useEffect(() => {
    setLoading(true);
    void load((_old, page) => takeLogs(EMPTY, page, false));
    let timer: ReturnType<typeof setTimeout> | undefined;
    const refetch = () => {
      timer ??= setTimeout(() => {
        timer = undefined;
        void load((old, page) => takeLogs(old, page, latest.current.reading || window.scrollY > 200));
      }, 1200);
    };
    const stops = state.range.relative ? [onStream('logs', refetch), onStream('resumed', refetch)] : [];
    return () => {
      asking.current.giveUp();
      clearTimeout(timer);
      stops.forEach((stop) => stop());
    };
  }, [key]);
  useEffect(() => {
    if (!reading) setLogs((old) => (old.waiting.length ? releaseLogs(old) : old));
  }, [reading]);

  const shown = state.span ? logs.shown.filter(({ span_id }) => span_id === state.span) : logs.shown;
  const { next } = logs;
  noteServices(shown.map(({ service }) => service));
  const loadMore = (before: string) => load((old, page) => takeOlderLogs(old, page, before), before);
  return (
    <>
      <h1 class="visually-hidden">Logs</h1>
      <div class="toolbar">
        <SearchField value={state.search} />
        <select
          class="field"
          aria-label="Level"
          value={state.level}
          onChange={(event) => setParams({ level: event.currentTarget.value })}
        >
          <option value="">Any level</option>
          {LEVELS.map((level) => (
            <option key={level} value={level}>
              {level === 'fatal' ? 'fatal' : `${level} and worse`}
            </option>
          ))}
        </select>
        <select
          class="field"
          aria-label="Service"
          value={state.service}
          onChange={(event) => setParams({ service: event.currentTarget.value })}
        >
          <option value="">Any service</option>
          {[...new Set([...serviceNames.value, state.service].filter(Boolean))].map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
        <RangePicker />
      </div>
      {(state.trace || state.span) && (
        <p class="toolbar small">
          <span class="badge accent">
            {state.span ? `span ${state.span.slice(0, 8)} of ` : ''}trace {state.trace.slice(0, 8)}
          </span>
          <a href={`/traces/${state.trace}${state.span ? `?span=${state.span}` : ''}`}>Back to the trace</a>
          {state.span && (
            <button type="button" class="link" onClick={() => setParams({ span: null })}>
              Whole trace
            </button>
          )}
          <button type="button" class="link" onClick={() => setParams({ trace: null, span: null })}>
            All logs
          </button>
        </p>
      )}
      {error && <ErrorNote error={error} />}
      <section
        class="card"
        aria-label="Log lines"
        onPointerEnter={() => setReading(true)}
        onPointerLeave={() => setReading(false)}
      >
        {logs.waiting.length > 0 && (
          <div class="new-pill-holder" role="status">
            <button type="button" class="button primary new-pill" onClick={() => setLogs(releaseLogs)}>
              {logs.waiting.length} new
            </button>
          </div>
        )}
        {shown.length === 0 ? (
          loading ? (
            <Loading what="logs" />
          ) : (
            <Nothing title="No log line matches">Try a longer time range, another level or fewer words.</Nothing>
          )
        ) : (
          <ol class="log-lines">
            {shown.map((log) => (
              <LogRow key={`${log.time} ${log.span_id} ${log.body}`} log={log} search={state.search} />
            ))}
          </ol>
        )}
        {next && (
          <button type="button" class="button quiet load-more" onClick={() => void loadMore(next)}>
            Load older lines
          </button>
        )}
      </section>
    </>
  );
}

function SearchField({ value }: { value: string }) {
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const later = (text: string) => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => setParams({ q: text }, { replace: true }), 250);
  };
  return (
    <input
      type="text"
      class="field log-search"
      data-search=""
      placeholder="Search messages and attributes"
      aria-label="Search logs"
      defaultValue={value}
      onInput={(event) => later(event.currentTarget.value)}
    />
  );
}
