import { context, createContextKey } from '@opentelemetry/api';

/** What the code that makes an HTTP call knows of it and the HTTP client does not. */
export interface OutboundCall {
  /** Low-cardinality path, for the span's name: `/users/{handle}/activities` (`url.template`). */
  urlTemplate: string;
  /** How many attempts came before this one (`http.request.resend_count`). */
  resendCount?: number;
  /** True for our own services only: they receive the baggage, third parties never do. */
  neighbour?: boolean;
}

/** A call once its first request is known. */
export interface StartedCall extends OutboundCall {
  origin?: string;
}

export const OUTBOUND_CALL = createContextKey('cruddur.telemetry.outbound-call');

/** Describes the HTTP request that `fn` starts (through undici) to the client instrumentation. */
export function withOutboundCall<T>(call: OutboundCall, fn: () => T): T {
  const started: StartedCall = { ...call };
  return context.with(context.active().setValue(OUTBOUND_CALL, started), fn);
}
