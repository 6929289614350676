import { describe, expect, it } from '@jest/globals';
import { ROOT_CONTEXT, SpanKind, TraceFlags, createTraceState, trace } from '@opentelemetry/api';
import { SamplingDecision } from '@opentelemetry/sdk-trace';
import { createSampler } from './create-sampler.js';

function sampler(name: string, argument?: string) {
  const problems: string[] = [];
  const env = { OTEL_TRACES_SAMPLER: name, OTEL_TRACES_SAMPLER_ARG: argument };
  const made = createSampler(env, problems);
  const decide = (traceId: string, context = ROOT_CONTEXT) =>
    made.shouldSample(context, traceId, 'x', SpanKind.SERVER, {}, []);
  return { problems, decide };
}
const withParent = (state: string | undefined, sampled = true) =>
  trace.setSpanContext(ROOT_CONTEXT, {
    traceId: 'a'.repeat(32),
    spanId: 'b'.repeat(16),
    traceFlags: sampled ? TraceFlags.SAMPLED : TraceFlags.NONE,
    isRemote: true,
    traceState: state === undefined ? undefined : createTraceState(state),
  });
const KEPT = `${'0'.repeat(18)}c0000000000000`;
const LEFT_OUT = `${'f'.repeat(18)}bfffffffffffff`;

describe('traceidratio', () => {
  it('decides by the last 56 bits of the trace id, and says for how many a kept trace stands', () => {
    const { decide } = sampler('traceidratio', '0.25');
    const kept = decide(KEPT);
    expect(kept).toMatchObject({ decision: SamplingDecision.RECORD_AND_SAMPLED, attributes: { SampleRate: 4 } });
    expect(kept.traceState?.serialize()).toBe('ot=th:c');
    expect(decide(LEFT_OUT).decision).toBe(SamplingDecision.NOT_RECORD);
  });

  it('keeps what else is in the trace state', () => {
    const { decide } = sampler('traceidratio', '0.5');
    const context = withParent('ot=th:c;rv:00000000000001,vendor=1');
    expect(decide(KEPT, context).traceState?.serialize()).toBe('ot=th:8;rv:00000000000001,vendor=1');
  });

  it.each([
    ['1', undefined],
    ['0.1', 10],
    ['0.3', 3],
  ])('with %s the rate is %p, a whole number', (argument, rate) => {
    const { decide } = sampler('traceidratio', argument);
    expect(decide('f'.repeat(32)).attributes?.SampleRate).toBe(rate);
  });

  it('with 0 keeps nothing', () => {
    expect(sampler('traceidratio', '0').decide('f'.repeat(32)).decision).toBe(SamplingDecision.NOT_RECORD);
  });

  it.each([undefined, '', 'a tenth', '2', '-1'])('keeps all, and says so, with %p', (argument) => {
    const { decide, problems } = sampler('traceidratio', argument);
    expect(decide(KEPT).decision).toBe(SamplingDecision.RECORD_AND_SAMPLED);
    expect(problems).toEqual([expect.stringContaining('OTEL_TRACES_SAMPLER_ARG')]);
  });
});

describe('parentbased_traceidratio', () => {
  it("has the rate of who decided, not this service's own", () => {
    const { decide } = sampler('parentbased_traceidratio', '0.5');
    expect(decide(LEFT_OUT, withParent('ot=th:c'))).toMatchObject({
      decision: SamplingDecision.RECORD_AND_SAMPLED,
      attributes: { SampleRate: 4 },
    });
    expect(decide(LEFT_OUT, withParent(undefined)).attributes?.SampleRate).toBeUndefined();
    expect(decide(KEPT, withParent('ot=th:c', false)).decision).toBe(SamplingDecision.NOT_RECORD);
  });
});

describe.each([
  ['parentbased_always_on', SamplingDecision.RECORD_AND_SAMPLED],
  ['', SamplingDecision.RECORD_AND_SAMPLED],
  ['parentbased_always_off', SamplingDecision.NOT_RECORD],
])('%j', (name, forRoots) => {
  it('has the rate of who decided, in a service that samples nothing itself', () => {
    const { decide } = sampler(name);
    expect(decide(LEFT_OUT, withParent('ot=th:c'))).toMatchObject({
      decision: SamplingDecision.RECORD_AND_SAMPLED,
      attributes: { SampleRate: 4 },
    });
    expect(decide(KEPT, withParent('ot=th:c', false)).decision).toBe(SamplingDecision.NOT_RECORD);
  });

  it('gives a trace that begins here no rate', () => {
    const { decision, attributes } = sampler(name).decide(KEPT);
    expect([decision, attributes?.SampleRate]).toEqual([forRoots, undefined]);
  });
});

it.each([
  ['always_on', SamplingDecision.RECORD_AND_SAMPLED],
  ['always_off', SamplingDecision.NOT_RECORD],
])('%s asks nobody', (name, decision) => {
  expect(sampler(name).decide(LEFT_OUT, withParent(undefined, name === 'always_off')).decision).toBe(decision);
});

it('keeps all, and says so, when the name is unknown', () => {
  const { decide, problems } = sampler('always');
  expect(decide(LEFT_OUT).decision).toBe(SamplingDecision.RECORD_AND_SAMPLED);
  expect(problems).toEqual(['OTEL_TRACES_SAMPLER "always" is unknown: every trace is kept']);
});
