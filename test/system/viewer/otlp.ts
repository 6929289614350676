import { randomBytes } from 'node:crypto';
import { type Bag, KINDS, LEVELS, type Scalar, type ServiceName, type Step } from './step.ts';

interface Identity {
  readonly traceId: string;
  readonly spanId: string;
}
interface Entry {
  readonly service: ServiceName;
  readonly body: object;
}

/** Traces and their log lines, to be sent as two OTLP/JSON export requests. */
export class OtlpBatch {
  private readonly spans: Entry[] = [];
  private readonly logs: Entry[] = [];

  /** Adds a trace that starts at an instant (epoch milliseconds); optionally linked to a span of another. */
  addTrace(root: Step, start: number, link?: Identity): Identity {
    const traceId = randomBytes(16).toString('hex');
    return { traceId, spanId: this.add(traceId, root, start, undefined, link) };
  }

  private add(traceId: string, step: Step, parentStart: number, parentSpanId?: string, link?: Identity): string {
    const { service, name, kind, error, log } = step;
    const spanId = randomBytes(8).toString('hex');
    const start = parentStart + step.at;
    const end = start + step.ms;
    const exception = {
      timeUnixNano: nanos(end - step.ms * 0.1),
      name: 'exception',
      attributes: attributes({ 'exception.type': 'Error', 'exception.message': error ?? '' }),
    };
    this.spans.push({
      service,
      body: {
        traceId,
        spanId,
        parentSpanId,
        name,
        kind: KINDS[kind],
        startTimeUnixNano: nanos(start),
        endTimeUnixNano: nanos(end),
        attributes: attributes(step.attributes),
        status: error ? { code: 2, message: error } : {},
        events: error ? [exception] : [],
        links: link ? [link] : [],
      },
    });
    if (log) {
      const written = nanos(end - step.ms * 0.05);
      const body = { stringValue: log.body };
      this.logs.push({
        service,
        body: {
          timeUnixNano: written,
          observedTimeUnixNano: written,
          severityNumber: LEVELS[log.level],
          severityText: log.level,
          body,
          attributes: attributes(log.attributes),
          traceId,
          spanId,
        },
      });
    }
    for (const child of step.steps ?? []) this.add(traceId, child, start, spanId);
    return spanId;
  }

  /** Sends to a receiver's address, such as http://127.0.0.1:4318. */
  async send(receiver: string): Promise<void> {
    const scope = { name: 'cruddur', version: '0.1.0' };
    const resourceSpans = byService(this.spans).map(([service, spans]) => ({
      resource: resource(service),
      scopeSpans: [{ scope, spans }],
    }));
    const resourceLogs = byService(this.logs).map(([service, logRecords]) => ({
      resource: resource(service),
      scopeLogs: [{ scope, logRecords }],
    }));
    await post(`${receiver}/v1/traces`, { resourceSpans });
    await post(`${receiver}/v1/logs`, { resourceLogs });
  }
}

async function post(url: string, body: object): Promise<void> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
}

function byService(entries: readonly Entry[]): [ServiceName, object[]][] {
  const groups = Map.groupBy(entries, ({ service }) => service);
  return [...groups].map(([service, members]) => [service, members.map(({ body }) => body)]);
}

const resource = (service: ServiceName) => ({
  attributes: attributes({
    'service.name': service,
    'service.version': '0.1.0',
    'service.namespace': 'cruddur',
    'deployment.environment.name': 'development',
  }),
});

const attributes = (bag: Bag = {}) => Object.entries(bag).map(([key, scalar]) => ({ key, value: anyValue(scalar) }));

function anyValue(scalar: Scalar) {
  if (typeof scalar === 'string') return { stringValue: scalar };
  if (typeof scalar === 'boolean') return { boolValue: scalar };
  return Number.isInteger(scalar) ? { intValue: String(scalar) } : { doubleValue: scalar };
}

const nanos = (epochMs: number): string => (BigInt(Math.round(epochMs * 1000)) * 1000n).toString();
