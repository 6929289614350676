import { type Attributes, type OtlpSpan, toOtlp, toUnixNano } from './otlp.js';

export const INTERNAL = 1;
export const CLIENT = 3;

export function randomHex(bytes: number): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(bytes)), (byte) => byte.toString(16).padStart(2, '0')).join(
    '',
  );
}

/** A span that is being measured. Times are readings of `performance.now()`. */
export class Span {
  readonly spanId = randomHex(8);
  private readonly events: OtlpSpan['events'] = [];
  private status: OtlpSpan['status'] = {};

  constructor(
    readonly traceId: string,
    public name: string,
    private readonly kind: number,
    private readonly parentSpanId: string | undefined,
    readonly start: number,
    readonly attributes: Attributes = {},
  ) {}

  /** An exception as the conventions have it: https://opentelemetry.io/docs/specs/semconv/exceptions/ */
  recordException(error: unknown): void {
    const { name, message, stack } = error instanceof Error ? error : { name: typeof error, message: String(error) };
    this.events.push({
      name: 'exception',
      timeUnixNano: toUnixNano(performance.now()),
      attributes: toOtlp({ 'exception.type': name, 'exception.message': message, 'exception.stacktrace': stack }),
    });
    this.fail(name, message);
  }

  fail(type: string, message?: string): void {
    this.attributes['error.type'] = type;
    this.status = { code: 2, ...(message && { message }) };
  }

  toOtlp(end: number): OtlpSpan {
    return {
      traceId: this.traceId,
      spanId: this.spanId,
      ...(this.parentSpanId && { parentSpanId: this.parentSpanId }),
      name: this.name,
      kind: this.kind,
      startTimeUnixNano: toUnixNano(this.start),
      endTimeUnixNano: toUnixNano(Math.max(end, this.start)),
      attributes: toOtlp(this.attributes),
      events: this.events,
      status: this.status,
    };
  }
}
