import { createRequire } from 'node:module';
import { FastifyOtelInstrumentation } from '@fastify/otel';
import { startSdk } from './instrumentations.mjs';

const fromAuto = createRequire(createRequire(import.meta.url).resolve('@opentelemetry/auto-instrumentations-node'));
const { HttpInstrumentation } = fromAuto('@opentelemetry/instrumentation-http');
const { UndiciInstrumentation } = fromAuto('@opentelemetry/instrumentation-undici');
startSdk([
  new HttpInstrumentation(),
  new UndiciInstrumentation(),
  new FastifyOtelInstrumentation({ registerOnInitialization: true }),
]);
