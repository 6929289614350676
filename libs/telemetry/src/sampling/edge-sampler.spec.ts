import { afterEach, describe, expect, it } from '@jest/globals';
import { ROOT_CONTEXT, SpanKind, TraceFlags, trace } from '@opentelemetry/api';
import { SamplingDecision } from '@opentelemetry/sdk-trace';
import type { FastifyRequest } from 'fastify';
import { adoptCallers, adoptedParent } from '../http/adopted-caller.js';
import { createEdgeSampler } from './create-sampler.js';

const TRACE = 'a'.repeat(32);
const request = {} as FastifyRequest;
const claim = (traceFlags: TraceFlags, traceId = TRACE) => ({ traceId, spanId: 'b'.repeat(16), traceFlags });
afterEach(() => adoptCallers(undefined));

function decide(name: string | undefined, context = ROOT_CONTEXT, traceId = TRACE): boolean {
  const env = { OTEL_TRACES_SAMPLER: name, OTEL_TRACES_SAMPLER_ARG: '0.5' };
  const result = createEdgeSampler(env, []).shouldSample(context, traceId, 'x', SpanKind.SERVER, {}, []);
  return result.decision === SamplingDecision.RECORD_AND_SAMPLED;
}

describe('the sampler of an edge', () => {
  it.each([
    [undefined, true],
    ['parentbased_always_on', true],
    ['parentbased_always_off', false],
    ['always_on', true],
    ['always_off', false],
  ])('%s decides about an adopted caller as about nobody, whatever his flag says', (name, expected) => {
    adoptCallers(() => true);
    for (const flags of [TraceFlags.NONE, TraceFlags.SAMPLED]) {
      expect(decide(name, adoptedParent(request, claim(flags)))).toBe(expected);
    }
  });

  it('decides by the trace id where the rate is a share', () => {
    adoptCallers(() => true);
    const [low, high] = ['a'.repeat(16) + '0'.repeat(16), 'a'.repeat(16) + 'f'.repeat(16)];
    for (const [traceId, expected] of [
      [low, false],
      [high, true],
    ] as const) {
      const parent = adoptedParent(request, claim(expected ? TraceFlags.NONE : TraceFlags.SAMPLED, traceId));
      expect(decide('parentbased_traceidratio', parent, traceId)).toBe(expected);
    }
  });

  it('still follows a parent of our own below an adopted one, and one that a trusted proxy has sent', () => {
    adoptCallers(() => true);
    const adopted = adoptedParent(request, claim(TraceFlags.SAMPLED))!;
    const below = trace.setSpanContext(adopted, { ...claim(TraceFlags.NONE), isRemote: false });
    expect(decide(undefined, below)).toBe(false);
    const remote = trace.setSpanContext(ROOT_CONTEXT, { ...claim(TraceFlags.NONE), isRemote: true });
    expect(decide(undefined, remote)).toBe(false);
  });
});

describe('a caller whom the rule does not let in, or who claims nothing', () => {
  it('is not adopted', () => {
    expect(adoptedParent(request, claim(TraceFlags.SAMPLED))).toBeUndefined();
    adoptCallers((_request, traceId) => traceId !== TRACE);
    expect(adoptedParent(request, claim(TraceFlags.SAMPLED))).toBeUndefined();
    expect(adoptedParent(request, undefined)).toBeUndefined();
  });
});
