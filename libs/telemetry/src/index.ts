export { withBaggage } from './baggage/with-baggage.js';
export { type OutboundCall, withOutboundCall } from './http/outbound-call.js';
export { loggerModule } from './logging/logger.module.js';
export { TelemetryModule } from './nest/telemetry.module.js';
export type { TelemetryOptions } from './settings.js';
export { getCurrentTraceId } from './spans/current-trace.js';
export { Span } from './spans/span.decorator.js';
export { withSpan } from './spans/with-span.js';
export { isTelemetryStarted, shutdownTelemetry, startTelemetry } from './start-telemetry.js';
