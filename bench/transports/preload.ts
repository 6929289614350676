import { startTelemetry } from '@cruddur/telemetry/start';

if (process.env.BENCH_TRACED === 'true') startTelemetry({ serviceName: 'bench' });
