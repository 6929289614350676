import type { Attributes, Span } from '@opentelemetry/api';

/** A failure that is ours: a 5xx, or an error that nobody expected. */
export interface Fault {
  /** Undefined when an answer of 5xx had no error behind it. */
  error: unknown;
  /** The span it belongs to; undefined for a crash. */
  span?: Span;
  level?: 'error' | 'critical';
  request?: { method: string; path: string; statusCode: number; userAgent?: string };
}

/** Must return at once and never throw. @returns attributes for the fault's span */
export type FaultReporter = (fault: Fault) => Attributes | undefined;

let reporter: FaultReporter | undefined;
const reported = new WeakSet();

export function setFaultReporter(chosen: FaultReporter | undefined): void {
  reporter = chosen;
}

/** Hands a fault to the reporter, if there is one, and each error only once, through however many spans it passes. */
export function reportFault(fault: Fault): void {
  if (!reporter) return;
  const { error, span } = fault;
  if (typeof error === 'object' && error !== null) {
    if (reported.has(error)) return;
    reported.add(error);
  }
  const attributes = reporter(fault);
  if (attributes) span?.setAttributes(attributes);
}
