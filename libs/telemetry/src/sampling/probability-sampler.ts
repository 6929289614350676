import { type Attributes, type Context, type Link, type SpanKind, TraceFlags, trace } from '@opentelemetry/api';
import { type Sampler, SamplingDecision, type SamplingResult } from '@opentelemetry/sdk-trace';
import { isValid } from '../tracer/checked-span-context.js';
import { sampleRateOf, withThreshold } from './threshold.js';

/** Of the 56 bits of randomness in a trace id the first 52 are looked at: as many as a number holds. */
const RANDOMNESS_DIGITS = 13;
const RANDOMNESS_VALUES = 2 ** 52;

/** The attribute by which Honeycomb multiplies: how many traces a kept one stands for, a whole number. */
export const SAMPLE_RATE = 'SampleRate';

/**
 * Keeps a share of all traces, decided by the trace id alone, so that everybody decides alike. The threshold travels
 * in tracestate: https://opentelemetry.io/docs/specs/otel/trace/tracestate-probability-sampling/
 */
export class ProbabilitySampler implements Sampler {
  private readonly threshold: number;
  private readonly sampleRate: number;

  /** @param ratio from 0 (nothing) to 1 (everything) */
  constructor(private readonly ratio: number) {
    this.threshold = Math.round((1 - ratio) * RANDOMNESS_VALUES);
    this.sampleRate = Math.round(1 / ratio);
  }

  shouldSample(context: Context, traceId: string): SamplingResult {
    const randomness = Number.parseInt(traceId.slice(18, 18 + RANDOMNESS_DIGITS), 16);
    if (randomness < this.threshold) return { decision: SamplingDecision.NOT_RECORD };
    const threshold = this.threshold.toString(16).padStart(RANDOMNESS_DIGITS, '0').replace(/0+$/, '') || '0';
    return {
      decision: SamplingDecision.RECORD_AND_SAMPLED,
      traceState: withThreshold(trace.getSpanContext(context)?.traceState, threshold),
      attributes: rateAttribute(this.sampleRate),
    };
  }

  toString(): string {
    return `ProbabilitySampler{${this.ratio}}`;
  }
}

const LEFT_OUT: SamplingResult = { decision: SamplingDecision.NOT_RECORD };
const KEPT: SamplingResult = { decision: SamplingDecision.RECORD_AND_SAMPLED };

/**
 * Follows the parent (https://opentelemetry.io/docs/specs/otel/trace/sdk/#parentbased), at the rate that its tracestate
 * tells, whoever decided it; without a parent, `root` decides.
 */
export class ParentSampler implements Sampler {
  constructor(private readonly root: Sampler) {}

  shouldSample(
    context: Context,
    traceId: string,
    name: string,
    kind: SpanKind,
    attributes: Attributes,
    links: Link[],
  ): SamplingResult {
    const parent = trace.getSpanContext(context);
    if (!isValid(parent)) return this.root.shouldSample(context, traceId, name, kind, attributes, links);
    if (!(parent.traceFlags & TraceFlags.SAMPLED)) return LEFT_OUT;
    const rate = parent.traceState && rateAttribute(sampleRateOf(parent.traceState));
    return rate ? { ...KEPT, attributes: rate } : KEPT;
  }

  toString(): string {
    return `ParentSampler{${this.root.toString()}}`;
  }
}

function rateAttribute(rate: number | undefined) {
  return rate !== undefined && rate > 1 ? { [SAMPLE_RATE]: rate } : undefined;
}
