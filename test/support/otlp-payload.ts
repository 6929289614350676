import { createHash } from 'node:crypto';

/** OTLP/JSON as another program than ours might send it, for what the services themselves never say. */

export interface SpanToSend {
  traceId: string;
  spanId?: string;
  parentSpanId?: string;
  name?: string;
  durationMs?: number;
  error?: string;
  attributes?: Record<string, string | number>;
  event?: Record<string, string>;
}

const SECOND = 1_000_000_000n;
/** Recent, as vendors want it, and the same in every request of a run. */
const NOW = BigInt(Date.now()) * 1_000_000n - 60n * SECOND;

/** A trace id as random as a real one, since samplers look at its bits, and the same in each run. */
export const traceId = (n: number) => createHash('sha256').update(String(n)).digest('hex').slice(0, 32);

const attributes = (values: Record<string, string | number> = {}) =>
  Object.entries(values).map(([key, value]) => ({
    key,
    value: typeof value === 'string' ? { stringValue: value } : { intValue: String(value) },
  }));

const resource = (values: Record<string, string>) => ({
  attributes: attributes({ 'service.name': 'another', ...values }),
});

export function traces(spans: SpanToSend[], about: Record<string, string> = {}) {
  const encoded = spans.map((span, index) => ({
    traceId: span.traceId,
    spanId: span.spanId ?? (index + 1).toString(16).padStart(16, '0'),
    parentSpanId: span.parentSpanId ?? '',
    name: span.name ?? 'GET /',
    kind: 2,
    startTimeUnixNano: String(NOW),
    endTimeUnixNano: String(NOW + BigInt(span.durationMs ?? 5) * 1_000_000n),
    attributes: attributes(span.attributes),
    events: span.event && [{ timeUnixNano: String(NOW), name: 'exception', attributes: attributes(span.event) }],
    status: span.error === undefined ? {} : { code: 2, message: span.error },
  }));
  return { resourceSpans: [{ resource: resource(about), scopeSpans: [{ scope: { name: 'test' }, spans: encoded }] }] };
}

export function logs(lines: { body: string; attributes?: Record<string, string> }[]) {
  const logRecords = lines.map((line) => ({
    timeUnixNano: String(NOW),
    severityNumber: 9,
    severityText: 'info',
    body: { stringValue: line.body },
    attributes: attributes(line.attributes),
  }));
  return { resourceLogs: [{ resource: resource({}), scopeLogs: [{ scope: { name: 'test' }, logRecords }] }] };
}

/** @throws Error when the collector does not take it */
export async function send(url: string, signal: 'traces' | 'logs', body: unknown): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(`${url}/v1/${signal}`, { method: 'POST', headers, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${signal} were answered with ${response.status}: ${await response.text()}`);
}
