import { createRequire } from 'node:module';
import type { TextMapPropagator } from '@opentelemetry/api';
import type * as xray from '@opentelemetry/propagator-aws-xray';
import { CompositePropagator } from '@opentelemetry/core';
import { readList } from '../settings.js';
import { BaggagePropagator } from './baggage-propagator.js';
import { TraceContextPropagator } from './trace-context-propagator.js';

/** Loaded only when named: most systems never see such a header. */
function createXrayPropagator(): TextMapPropagator {
  const load = createRequire(import.meta.url);
  const { AWSXRayPropagator } = load('@opentelemetry/propagator-aws-xray') as typeof xray;
  return new AWSXRayPropagator();
}

const FACTORIES: Record<string, () => TextMapPropagator> = {
  tracecontext: () => new TraceContextPropagator(),
  baggage: () => new BaggagePropagator(),
  xray: createXrayPropagator,
};

/**
 * The propagators of OTEL_PROPAGATORS (default `tracecontext,baggage`), undefined when one is named that is not ours: the
 * SDK then reads the variable itself, which in turn does not know `xray`. X-Ray's header is read before W3C's, wherever it
 * stands in the list, so that the W3C context of a neighbour wins over what a load balancer in between has written.
 */
export function createPropagator(env: NodeJS.ProcessEnv, problems: string[]): TextMapPropagator | undefined {
  const names = new Set(readList(env.OTEL_PROPAGATORS) ?? ['tracecontext', 'baggage']);
  const unknown = [...names].filter((name) => !(name in FACTORIES));
  if (names.has('none') || (unknown.length > 0 && !names.has('xray'))) return undefined;
  if (unknown.length > 0) {
    const known = Object.keys(FACTORIES).join(', ');
    problems.push(`OTEL_PROPAGATORS names "${unknown.join()}", which does not go with xray (${known}): left out`);
  }
  const ordered = ['xray', 'tracecontext', 'baggage'].filter((name) => names.has(name));
  return new CompositePropagator({ propagators: ordered.map((name) => FACTORIES[name]!()) });
}
