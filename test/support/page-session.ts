import { randomBytes } from 'node:crypto';

type AnyValue = Record<string, unknown>;
export interface SentSpan {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  kind: number;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  attributes?: { key: string; value: AnyValue }[];
  [more: string]: unknown;
}

const hex = (bytes: number) => randomBytes(bytes).toString('hex');
const nanoseconds = (ms: number) => `${BigInt(ms) * 1_000_000n}`;

/** What a loaded feed page is to the gateway, without a browser. */
export class PageSession {
  private constructor(
    readonly gateway: string,
    readonly token: string,
    readonly html: string,
  ) {}

  static async open(gateway: string): Promise<PageSession> {
    const html = await (await fetch(gateway)).text();
    return new PageSession(gateway, /name="page-token" content="([^"]+)"/.exec(html)?.[1] ?? '', html);
  }

  /** The same page, talking to another gateway. */
  at(gateway: string): PageSession {
    return new PageSession(gateway, this.token, this.html);
  }

  get prefix(): string {
    return this.token.split('.')[1]!;
  }

  newTraceId(): string {
    return this.prefix + hex(8);
  }

  span(changes: Partial<SentSpan> = {}): SentSpan {
    return {
      traceId: this.newTraceId(),
      spanId: hex(8),
      name: 'click test',
      kind: 1,
      startTimeUnixNano: nanoseconds(Date.now() - 20),
      endTimeUnixNano: nanoseconds(Date.now()),
      ...changes,
    };
  }

  /** A request of the API as the page makes it. */
  call(
    path: string,
    span: Pick<SentSpan, 'traceId' | 'spanId'>,
    { flags = '01', ...headers }: Record<string, string> = {},
  ) {
    const traceparent = `00-${span.traceId}-${span.spanId}-${flags}`;
    return fetch(this.gateway + path, { headers: { 'cruddur-page': this.token, traceparent, ...headers } });
  }

  send(spans: unknown[], resource: unknown = { attributes: [] }, headers: Record<string, string> = {}) {
    return this.sendBody(
      JSON.stringify({ resourceSpans: [{ resource, scopeSpans: [{ scope: {}, spans }] }] }),
      headers,
    );
  }

  sendBody(body: BodyInit, headers: Record<string, string> = {}): Promise<Response> {
    const defaults = { 'content-type': 'application/json', 'cruddur-page': this.token, origin: this.gateway };
    return fetch(`${this.gateway}/v1/traces`, { method: 'POST', body, headers: { ...defaults, ...headers } });
  }
}

export const text = (key: string, stringValue: string) => ({ key, value: { stringValue } });
