// What a tool needs that looks at the configuration of a process without being one of its services.
export { createLogsApi } from './cloudwatch/logs-api.js';
export { readCloudWatch } from './cloudwatch/settings.js';
export { readDestinations } from './export/destinations.js';
export { honeycombKeyKind, readHoneycomb } from './export/honeycomb.js';
export { askHoneycombAuth } from './export/honeycomb-auth.js';
export { readTraceLinks } from './links/read-trace-links.js';
export { readRollbar } from './rollbar/settings.js';
export { isTelemetryStarted } from './start-telemetry.js';
export { readDaemonAddress } from './xray/settings.js';
