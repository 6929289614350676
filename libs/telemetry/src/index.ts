// The public face of the telemetry library.
import type { DynamicModule } from '@nestjs/common';
import type { Attributes, Span as ApiSpan } from '@opentelemetry/api';

export interface TelemetryOptions {
  /** `service.name`, unless OTEL_SERVICE_NAME says otherwise. */
  serviceName: string;
  /** Adopt `traceparent` and baggage of callers (a service behind the gateway). TELEMETRY_TRUST_INBOUND overrides. */
  trustInbound?: boolean;
}
export declare function startTelemetry(options: TelemetryOptions): void;
export declare function isTelemetryStarted(): boolean;
export declare class TelemetryModule {}
/** nestjs-pino, configured: JSON lines on stdout with trace_id, span_id and trace_flags. */
export declare function loggerModule(): DynamicModule;
/** Runs `fn` in a new INTERNAL span; ends it (and records what is thrown) for sync values, promises and Observables. */
export declare function withSpan<T>(name: string, fn: (span: ApiSpan) => T, attributes?: Attributes): T;
/** Method decorator with the semantics of {@link withSpan}. */
export declare function Span(name?: string): MethodDecorator;
/** Runs `fn` with these baggage entries added to the active context, and sets them on the active span. */
export declare function withBaggage<T>(entries: Record<string, string>, fn: () => T): T;
export interface OutboundCall {
  /** Low-cardinality path, for the span's name: `/users/{handle}/activities`. */
  urlTemplate: string;
  /** How many attempts came before this one. */
  resendCount?: number;
  /** True for our own services only: they receive the baggage. */
  neighbour?: boolean;
}
/** Describes the HTTP request that `fn` starts (through undici) to the client instrumentation. */
export declare function withOutboundCall<T>(call: OutboundCall, fn: () => T): T;
export declare function getCurrentTraceId(): string | undefined;
