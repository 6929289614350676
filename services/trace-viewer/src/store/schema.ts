export type SqlType = 'VARCHAR' | 'DOUBLE' | 'BOOLEAN' | 'BIGINT' | 'INTEGER' | 'UINTEGER' | 'UTINYINT';

/** Columns every row has; attribute columns `a0`, `a1`, ... follow as names are first seen. */
type Core = readonly (readonly [name: string, type: SqlType])[];

/** How a row of `spans` came: span events and links are rows of their own, as in Honeycomb. */
export const ANNOTATION = { span: 0, event: 1, link: 2 } as const;

export const SPANS: Core = [
  /** Unix seconds. Rows are in this order, so retention drops whole row groups, however late the spans were. */
  ['received_s', 'UINTEGER'],
  ['source', 'INTEGER'],
  ['trace_id', 'VARCHAR'],
  ['span_id', 'VARCHAR'],
  ['parent_id', 'VARCHAR'],
  ['service', 'VARCHAR'],
  ['name', 'VARCHAR'],
  ['kind', 'UTINYINT'],
  ['start_ns', 'BIGINT'],
  ['duration_ns', 'BIGINT'],
  ['status', 'UTINYINT'],
  ['status_message', 'VARCHAR'],
  ['annotation', 'UTINYINT'],
  ['num_events', 'UINTEGER'],
  ['num_links', 'UINTEGER'],
  ['link_trace_id', 'VARCHAR'],
  ['link_span_id', 'VARCHAR'],
  ['trace_state', 'VARCHAR'],
  ['flags', 'UINTEGER'],
  /** JSON object of OTLP values: attributes that no column holds exactly. They win over the columns. */
  ['rest', 'VARCHAR'],
];

export const LOGS: Core = [
  ['received_s', 'UINTEGER'],
  ['source', 'INTEGER'],
  ['trace_id', 'VARCHAR'],
  ['span_id', 'VARCHAR'],
  ['service', 'VARCHAR'],
  ['time_ns', 'BIGINT'],
  ['observed_ns', 'BIGINT'],
  ['severity', 'UTINYINT'],
  ['severity_text', 'VARCHAR'],
  ['body', 'VARCHAR'],
  /** OTLP value, when the body is not a string. */
  ['body_exact', 'VARCHAR'],
  ['event_name', 'VARCHAR'],
  ['flags', 'UINTEGER'],
  ['rest', 'VARCHAR'],
];

/** Resource and scope, once each: a span names its row, which makes a span's row half as wide. */
export const SOURCES: Core = [
  ['id', 'INTEGER'],
  ['service', 'VARCHAR'],
  ['scope_name', 'VARCHAR'],
  ['scope_version', 'VARCHAR'],
  /** OTLP KeyValue lists as JSON, exactly as received. */
  ['resource', 'VARCHAR'],
  ['scope', 'VARCHAR'],
  ['rest', 'VARCHAR'],
];

/**
 * What one commit added to one trace. The list of traces and the bounds of a trace are sums over its parts: nothing is
 * ever updated, so late spans and crashes need no care.
 */
export const TRACE_PARTS: Core = [
  ['received_s', 'UINTEGER'],
  ['trace_id', 'VARCHAR'],
  ['start_ns', 'BIGINT'],
  ['end_ns', 'BIGINT'],
  ['spans', 'UINTEGER'],
  ['errors', 'UINTEGER'],
  ['root_service', 'VARCHAR'],
  ['root_name', 'VARCHAR'],
  /** Names separated by line feeds. */
  ['services', 'VARCHAR'],
  ['log_start_ns', 'BIGINT'],
  ['log_end_ns', 'BIGINT'],
];

export const TABLES = { spans: SPANS, logs: LOGS, sources: SOURCES, trace_parts: TRACE_PARTS } as const;
export type TableName = keyof typeof TABLES;

/** Raised when a stored file of an older layout can no longer be read. */
export const LAYOUT_VERSION = 1;
