import { startTelemetry } from '@cruddur/telemetry/start';

startTelemetry({ serviceName: 'user-activities', serviceNamespace: 'cruddur', instrumentations: ['pg'] });
