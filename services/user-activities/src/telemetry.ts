import { startTelemetry } from '@cruddur/telemetry';

// Loaded with `node --import`, before anything that is to be traced.
startTelemetry({ serviceName: 'user-activities', trustInbound: true });
