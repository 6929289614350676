import { trace } from '@opentelemetry/api';
import { VERSION } from '../version.js';

// The API's tracer is a proxy that finds the SDK once it is registered: it can be had before.
export const tracer = trace.getTracer('@cruddur/telemetry/microservices', VERSION);
