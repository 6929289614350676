import { startTelemetry } from '@cruddur/telemetry/start';

startTelemetry({ serviceName: process.env.TEST_SERVICE ?? 'test' });
