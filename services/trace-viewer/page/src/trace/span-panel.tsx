import { type ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { type Attributes, type Span } from '../api/types.js';
import { formatDuration } from '../format/duration.js';
import { CopyButton } from '../ui/copy-button.js';
import { serviceColour } from '../ui/service-colour.js';
import { ServiceName } from '../ui/service-name.js';
import { AttributeTable } from './attribute-table.js';
import { LinkedSpans } from './linked-spans.js';
import { SpanLogs } from './span-logs.js';
import { toCurl } from './to-curl.js';
import { type TraceView } from './trace-view.js';
import { type SpanNode } from './tree.js';
import { operationKey, type Usuals } from './usual.js';
import './span-panel.css';

/** Everything about one span: timing against what is usual, attributes, events, links and its log lines. */
export function SpanPanel(props: { view: TraceView; node: SpanNode; usuals: Usuals | undefined }) {
  const { view, node, usuals } = props;
  const { span } = node;
  const [needle, setNeedle] = useState('');
  const curl = toCurl(span);
  const logs = view.logs.get(span.span_id) ?? [];
  const resource = view.trace.resources[span.resource] ?? {};
  return (
    <aside
      class="card span-panel"
      aria-label={`Span ${span.name}`}
      style={{ '--service': serviceColour(span.service) }}
    >
      <header>
        <div class="span-title">
          <ServiceName name={span.service} />
          <h2>{span.name}</h2>
        </div>
        <button type="button" class="button quiet icon" aria-label="Close" onClick={() => view.select(undefined)}>
          ✕
        </button>
      </header>
      <div class="span-sections">
        {span.status.code === 'error' && (
          <p class="note error-note small">
            <strong>Error</strong> {span.status.message}
          </p>
        )}
        <Timing span={span} usuals={usuals} />
        <div class="toolbar">
          {curl && <CopyButton text={() => curl}>Copy as curl</CopyButton>}
          <a class="button" href={`/logs?trace=${view.trace.trace_id}&span=${span.span_id}`}>
            Open in logs
          </a>
        </div>
        {logs.length > 0 && (
          <Section title="Logs" count={logs.length}>
            <SpanLogs logs={logs} spanStart={span.start_us} />
          </Section>
        )}
        <LinkedSpans traceId={view.trace.trace_id} span={span} />
        {span.events.length > 0 && (
          <Section title="Events" count={span.events.length}>
            {span.events.map((event, i) => (
              <div key={i} class="span-event">
                <p class="small">
                  <b>{event.name}</b> <span class="muted">+{formatDuration(event.time_us - span.start_us)}</span>
                </p>
                <AttributeTable attributes={event.attributes} />
              </div>
            ))}
          </Section>
        )}
        <Section title="Attributes" count={Object.keys(span.attributes).length}>
          <input
            class="field span-needle"
            placeholder="Find an attribute"
            aria-label="Find an attribute"
            value={needle}
            onInput={(event) => setNeedle(event.currentTarget.value)}
          />
          <AttributeTable attributes={narrowed({ ...span.attributes, ...identity(span) }, needle)} />
        </Section>
        <Section title="Resource" count={Object.keys(resource).length} closed={!needle}>
          <AttributeTable attributes={narrowed(resource, needle)} />
        </Section>
      </div>
    </aside>
  );
}

const identity = (span: Span): Attributes => ({
  name: span.name,
  'span.kind': span.kind,
  'trace.span_id': span.span_id,
  ...(span.scope.name && { 'library.name': span.scope.name }),
});

function narrowed(attributes: Attributes, needle: string): Attributes {
  const wanted = needle.toLowerCase();
  return Object.fromEntries(
    Object.entries(attributes).filter(([key, value]) =>
      `${key} ${JSON.stringify(value)}`.toLowerCase().includes(wanted),
    ),
  );
}

function Section(props: { title: string; count: number; closed?: boolean; children: ComponentChildren }) {
  return (
    <details open={!props.closed}>
      <summary>
        {props.title} <span class="muted">{props.count}</span>
      </summary>
      {props.children}
    </details>
  );
}

function Timing({ span, usuals }: { span: Span; usuals: Usuals | undefined }) {
  const usual = usuals?.get(operationKey(span));
  return (
    <dl class="timing">
      <div>
        <dt>Duration</dt>
        <dd>{formatDuration(span.duration_us)}</dd>
      </div>
      <div>
        <dt>Self time</dt>
        <dd>{formatDuration(span.self_us)}</dd>
      </div>
      <div>
        <dt>Started at</dt>
        <dd>{formatDuration(span.start_us)}</dd>
      </div>
      {usual && (
        <div>
          <dt>Usually (p50 / p95)</dt>
          <dd>
            {formatDuration(usual.p50_us)} / {formatDuration(usual.p95_us)}
          </dd>
        </div>
      )}
    </dl>
  );
}
