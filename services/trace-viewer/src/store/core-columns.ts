import type { AttributeType } from './attribute-columns.js';

export interface CoreColumn {
  name: string;
  type: AttributeType;
  /** Over `t`, the table of the dataset, and `s`, its row of sources. */
  sql: string;
}

const KINDS = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'] as const;
export const kindName = (kind: number): (typeof KINDS)[number] => KINDS[kind] ?? 'unspecified';

const text = (name: string, sql: string): CoreColumn => ({ name, type: 'VARCHAR', sql });
const number = (name: string, sql: string): CoreColumn => ({ name, type: 'DOUBLE', sql });
const cases = (sql: string, names: readonly string[], from = 0) =>
  `CASE ${sql} ${names.map((name, i) => `WHEN ${i + from} THEN '${name}'`).join(' ')} END`;

const source = [text('service.name', 't.service'), text('library.name', 's.scope_name')];
source.push(text('library.version', 's.scope_version'));

/** Honeycomb's names for what OTLP has beside attributes. */
export const SPAN_COLUMNS: readonly CoreColumn[] = [
  text('trace.trace_id', 't.trace_id'),
  text('trace.span_id', 't.span_id'),
  text('trace.parent_id', 't.parent_id'),
  text('name', 't.name'),
  ...source,
  number('duration_ms', '(t.duration_ns / 1e6)'),
  text('span.kind', cases('t.kind', KINDS)),
  number('status_code', 't.status'),
  text('status_message', 't.status_message'),
  { name: 'error', type: 'BOOLEAN', sql: 'CASE WHEN t.status = 2 THEN true END' },
  text('meta.annotation_type', cases('t.annotation', ['span_event', 'link'], 1)),
  text('meta.signal_type', "'trace'"),
  number('span.num_events', 't.num_events'),
  number('span.num_links', 't.num_links'),
  text('trace.link.trace_id', 't.link_trace_id'),
  text('trace.link.span_id', 't.link_span_id'),
];

export const LOG_COLUMNS: readonly CoreColumn[] = [
  text('trace.trace_id', 't.trace_id'),
  text('trace.parent_id', 't.span_id'),
  ...source,
  text('body', 't.body'),
  text('severity', cases('((t.severity + 3) // 4)', ['trace', 'debug', 'info', 'warn', 'error', 'fatal'], 1)),
  text('severity_text', 't.severity_text'),
  number('severity_code', 't.severity'),
  text('event_name', 't.event_name'),
  text('meta.signal_type', "'log'"),
];

const names = (columns: readonly CoreColumn[]): ReadonlySet<string> => new Set(columns.map(({ name }) => name));
export const SPAN_CORE = names(SPAN_COLUMNS);
export const LOG_CORE = names(LOG_COLUMNS);
