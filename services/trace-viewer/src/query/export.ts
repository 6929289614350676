import type { AnyValueJson } from '../receiver/otlp/records.js';
import type { StoredSource, StoredTrace } from './trace.js';
import type { WideRow } from './row-attributes.js';
import { ANNOTATION } from '../store/schema.js';

type KeyValues = { key: string; value: AnyValueJson }[];
type Json = Record<string, unknown>;

/** TracesData and LogsData in one object, in the OTLP JSON encoding. */
export interface OtlpDocument {
  resourceSpans: Json[];
  resourceLogs: Json[];
}

const keyValues = ({ attributes }: WideRow): KeyValues => [...attributes].map(([key, value]) => ({ key, value }));
const present = (fields: Json): Json =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null && value !== undefined));

export function toOtlp(traces: StoredTrace[]): OtlpDocument {
  const document: OtlpDocument = { resourceSpans: [], resourceLogs: [] };
  for (const trace of traces) {
    const annotations = new Map<string, WideRow[]>();
    for (const row of trace.annotations) {
      const key = row.core['parent_id'] as string;
      annotations.set(key, [...(annotations.get(key) ?? []), row]);
    }
    const span = (row: WideRow) => toSpan(row, annotations.get(row.core['span_id'] as string) ?? []);
    document.resourceSpans.push(...bySource(trace.spans, trace.sources, 'scopeSpans', 'spans', span));
    document.resourceLogs.push(...bySource(trace.logs, trace.sources, 'scopeLogs', 'logRecords', toLogRecord));
  }
  return document;
}

function bySource(
  rows: WideRow[],
  sources: Map<number, StoredSource>,
  groups: string,
  records: string,
  toRecord: (row: WideRow) => Json,
): Json[] {
  const grouped = new Map<number, WideRow[]>();
  for (const row of rows) {
    const id = row.core['source'] as number;
    const group = grouped.get(id);
    if (group) group.push(row);
    else grouped.set(id, [row]);
  }
  return [...grouped].map(([id, group]) => {
    const source = sources.get(id);
    const scope = {
      name: source?.scopeName ?? '',
      version: source?.scopeVersion ?? '',
      attributes: source?.scope ?? [],
    };
    return {
      resource: { attributes: source?.resource ?? [] },
      [groups]: [{ scope, [records]: group.map(toRecord) }],
    };
  });
}

function toSpan(row: WideRow, annotations: WideRow[]): Json {
  const { core } = row;
  const start = core['start_ns'] as bigint;
  const of = (kind: number) => annotations.filter((annotation) => annotation.core['annotation'] === kind);
  return present({
    traceId: core['trace_id'],
    spanId: core['span_id'],
    parentSpanId: core['parent_id'],
    traceState: core['trace_state'],
    flags: core['flags'],
    name: core['name'],
    kind: core['kind'],
    startTimeUnixNano: String(start),
    endTimeUnixNano: String(start + (core['duration_ns'] as bigint)),
    attributes: keyValues(row),
    events: of(ANNOTATION.event).map((event) => ({
      timeUnixNano: String(event.core['start_ns'] as bigint),
      name: event.core['name'],
      attributes: keyValues(event),
    })),
    links: of(ANNOTATION.link).map((link) =>
      present({
        traceId: link.core['link_trace_id'],
        spanId: link.core['link_span_id'],
        traceState: link.core['trace_state'],
        attributes: keyValues(link),
      }),
    ),
    status: present({ code: core['status'], message: core['status_message'] }),
  });
}

function toLogRecord(row: WideRow): Json {
  const { core } = row;
  const exact = core['body_exact'] as string | null;
  const text = core['body'] as string | null;
  const body = exact === null ? (text === null ? null : { stringValue: text }) : (JSON.parse(exact) as AnyValueJson);
  return present({
    timeUnixNano: String(core['time_ns']),
    observedTimeUnixNano: String(core['observed_ns']),
    severityNumber: core['severity'],
    severityText: core['severity_text'],
    body,
    eventName: core['event_name'],
    attributes: keyValues(row),
    flags: core['flags'],
    traceId: core['trace_id'],
    spanId: core['span_id'],
  });
}
