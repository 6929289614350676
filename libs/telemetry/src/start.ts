// The part of the library that a preload needs, without Nest: a preload should load as little as it can.
export { startTelemetry } from './start-telemetry.js';
export type { TelemetryOptions } from './settings.js';
