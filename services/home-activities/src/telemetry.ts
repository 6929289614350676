import { startTelemetry } from '@cruddur/telemetry/start';

startTelemetry({ serviceName: 'home-activities', serviceNamespace: 'cruddur' });
