import { createRequire } from 'node:module';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ProxyTracerProvider, type Span, type Tracer, trace } from '@opentelemetry/api';
import type { Instrumentation } from '@opentelemetry/instrumentation';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { shutdownTelemetry, startTelemetry } from '@cruddur/telemetry';

type Class = new (config: object) => Instrumentation;
const ofAuto = createRequire(createRequire(import.meta.url).resolve('@opentelemetry/auto-instrumentations-node'));

function startOfficial(): () => Promise<void> {
  const { HttpInstrumentation } = ofAuto('@opentelemetry/instrumentation-http') as { HttpInstrumentation: Class };
  const { UndiciInstrumentation } = ofAuto('@opentelemetry/instrumentation-undici') as { UndiciInstrumentation: Class };
  const sdk = new NodeSDK({
    serviceName: 'official',
    instrumentations: [
      new HttpInstrumentation({ disableOutgoingRequestInstrumentation: true }),
      new UndiciInstrumentation({}),
    ],
  });
  sdk.start();
  return () => sdk.shutdown();
}

function startOurs(): () => Promise<void> {
  startTelemetry({ serviceName: 'ours' });
  return shutdownTelemetry;
}

const shutDown = process.env.TRACED_BY === 'official' ? startOfficial() : startOurs();

/** Names of the spans that have started and not ended. */
export const openSpans = new Map<Span, string>();

const provider = (trace.getTracerProvider() as ProxyTracerProvider).getDelegate();
const tracers = Object.getPrototypeOf(provider.getTracer('')) as Tracer;
const { startSpan } = tracers;
tracers.startSpan = function (name, ...rest) {
  const span = startSpan.call(this, name, ...rest);
  const { end } = span;
  openSpans.set(span, name);
  span.end = function (...time) {
    openSpans.delete(span);
    end.apply(span, time);
  };
  return span;
};

/** Exports what is left. An answer that was cut off may end here a moment after the other side has seen it. */
export async function stopTracing(): Promise<void> {
  for (let waited = 0; openSpans.size > 0 && waited < 1_000; waited += 20) await sleep(20);
  await shutDown();
}
