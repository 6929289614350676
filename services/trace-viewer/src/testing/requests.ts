import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

type Json = Record<string, unknown>;

export const hexId = (bytes: number) => randomBytes(bytes).toString('hex');
export const SECOND = 1_000_000_000n;
export const nowNs = () => BigInt(Date.now()) * 1_000_000n;

/** A span in OTLP JSON: one millisecond long, starting now, with its own trace, unless told otherwise. */
export function otlpSpan(fields: Json = {}): Json {
  const start = nowNs();
  return {
    traceId: hexId(16),
    spanId: hexId(8),
    name: 'work',
    kind: 1,
    startTimeUnixNano: String(start),
    endTimeUnixNano: String(start + 1_000_000n),
    attributes: [],
    ...fields,
  };
}

export const text = (key: string, value: string) => ({ key, value: { stringValue: value } });
export const integer = (key: string, value: number | string) => ({ key, value: { intValue: value } });

const resource = (service: string) => ({ attributes: [text('service.name', service)] });
export function tracesRequest(spans: Json[], service = 'gateway'): Json {
  const scope = { name: 'test', version: '1' };
  return { resourceSpans: [{ resource: resource(service), scopeSpans: [{ scope, spans }] }] };
}
export function logsRequest(logRecords: Json[], service = 'gateway'): Json {
  return { resourceLogs: [{ resource: resource(service), scopeLogs: [{ logRecords }] }] };
}
export const bytes = (value: unknown) => Buffer.from(JSON.stringify(value));

/** A directory that `remove` takes away with all that is in it. */
export function temporaryDirectory() {
  const directory = mkdtempSync(join(tmpdir(), 'trace-viewer-'));
  return { directory, remove: () => rmSync(directory, { recursive: true, force: true }) };
}
