import { useState } from 'preact/hooks';
import { apiUrl } from '../api/client.js';
import { formatDuration } from '../format/duration.js';
import { formatCount } from '../format/number.js';
import { formatDateTime } from '../format/time.js';
import { CopyButton } from '../ui/copy-button.js';
import { navigate } from '../ui/router.js';
import { ServiceName } from '../ui/service-name.js';
import { SlowLine } from './slow-line.js';
import { TimeShares } from './time-shares.js';
import { toCurl } from './to-curl.js';
import { type TraceView } from './trace-view.js';
import { type Usuals } from './usual.js';
import './trace-head.css';

export function TraceHead({ view, usuals }: { view: TraceView; usuals: Usuals | undefined }) {
  const { trace, forest } = view;
  const root = forest.find(({ orphan }) => !orphan) ?? forest[0];
  const errors = trace.spans.filter(({ status }) => status.code === 'error').length;
  const curl = root && toCurl(root.span);
  return (
    <section class="trace-head" aria-label="About this trace">
      <div class="page-head">
        <h1>
          {root && <ServiceName name={root.span.service} />} {root?.orphan ? 'Trace without its root' : root?.span.name}
        </h1>
        <span class="trace-duration">{formatDuration(trace.duration_us)}</span>
        {errors > 0 && <span class="badge danger">! {errors === 1 ? '1 error' : `${formatCount(errors)} errors`}</span>}
        <span class="push toolbar">
          <ComparePicker traceId={trace.trace_id} />
          {curl && <CopyButton text={() => curl}>Copy as curl</CopyButton>}
          <CopyButton text={() => window.location.href}>Share URL</CopyButton>
          <a
            class="button"
            href={apiUrl('export', { trace_id: trace.trace_id })}
            download={`trace-${trace.trace_id}.json`}
          >
            Export
          </a>
        </span>
      </div>
      <p class="muted small trace-facts">
        <code>{trace.trace_id}</code>
        <span>{formatDateTime(Date.parse(trace.start))}</span>
        <span>
          {formatCount(trace.spans.length)} spans in {trace.services.length}{' '}
          {trace.services.length === 1 ? 'service' : 'services'}
        </span>
        {trace.logs.length > 0 && (
          <a href={`/logs?trace=${trace.trace_id}`}>{formatCount(trace.logs.length)} log lines</a>
        )}
        <LogsWithoutSpan view={view} />
      </p>
      {trace.missing_parents.length > 0 && (
        <p class="note small warn-note">
          {trace.missing_parents.length === 1
            ? 'One span names a parent'
            : `${trace.missing_parents.length} spans name parents`}{' '}
          that did not arrive: late, dropped or sampled away. They are shown at the top level.
        </p>
      )}
      {trace.spans_left_out > 0 && (
        <p class="note small warn-note">{formatCount(trace.spans_left_out)} more spans of this trace are not shown.</p>
      )}
      {root && <SlowLine root={root} usuals={usuals} onSelect={view.select} />}
      <TimeShares trace={trace} />
    </section>
  );
}

function LogsWithoutSpan({ view }: { view: TraceView }) {
  const count = view.trace.logs.filter(({ span_id }) => !span_id || !view.nodes.has(span_id)).length;
  return count > 0 ? <span>({count} beside any span)</span> : null;
}

function ComparePicker({ traceId }: { traceId: string }) {
  const [open, setOpen] = useState(false);
  const go = (text: string) => {
    const id = /[0-9a-f]{32}/i.exec(text)?.[0];
    if (id) navigate(`/compare?a=${id.toLowerCase()}&b=${traceId}`);
  };
  if (!open) {
    return (
      <button type="button" class="button" onClick={() => setOpen(true)}>
        Compare with …
      </button>
    );
  }
  return (
    <input
      class="field compare-field"
      aria-label="Trace id to compare with"
      placeholder="Trace id or URL, then Enter"
      autofocus
      onBlur={() => setOpen(false)}
      onKeyDown={(event) => event.key === 'Enter' && go(event.currentTarget.value)}
      onPaste={(event) => go(event.clipboardData?.getData('text') ?? '')}
    />
  );
}
