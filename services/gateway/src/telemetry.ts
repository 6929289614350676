import { startTelemetry } from '@cruddur/telemetry/start';

startTelemetry({ serviceName: 'gateway', serviceNamespace: 'cruddur', trustInbound: false });
