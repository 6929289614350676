import {
  type Attributes,
  type Context,
  type Link,
  type SpanKind,
  TraceFlags,
  type TraceState,
  trace,
} from '@opentelemetry/api';
import { type Sampler, SamplingDecision, type SamplingResult } from '@opentelemetry/sdk-trace';
import { isValid } from '../tracer/checked-span-context.js';
import { sampleRateOf, withThreshold } from './threshold.js';

/** The last 56 bits of a trace id are random; the first 52 of these are looked at. */
const RANDOMNESS_AT = 18;
const RANDOMNESS_DIGITS = 13;
const RANDOMNESS_VALUES = 2 ** 52;

/** The attribute by which Honeycomb multiplies: how many traces a kept one stands for, a whole number. */
export const SAMPLE_RATE = 'SampleRate';

const LEFT_OUT: SamplingResult = { decision: SamplingDecision.NOT_RECORD };
const KEPT: SamplingResult = { decision: SamplingDecision.RECORD_AND_SAMPLED };

/**
 * Keeps a share of all traces, decided by the trace id alone, so that everybody decides alike. The threshold travels
 * in tracestate: https://opentelemetry.io/docs/specs/otel/trace/tracestate-probability-sampling/
 */
export class ProbabilitySampler implements Sampler {
  /** Hexadecimal, as many digits as are looked at; undefined when nothing reaches it. */
  private readonly threshold: string | undefined;
  /** For a trace without a state yet. */
  private readonly kept: SamplingResult;

  /** @param ratio from 0 (nothing) to 1 (everything) */
  constructor(private readonly ratio: number) {
    const threshold = Math.round((1 - ratio) * RANDOMNESS_VALUES);
    if (threshold < RANDOMNESS_VALUES) this.threshold = threshold.toString(16).padStart(RANDOMNESS_DIGITS, '0');
    this.kept = { ...KEPT, traceState: this.stateAfter(undefined), attributes: rateAttribute(Math.round(1 / ratio)) };
  }

  shouldSample(context: Context, traceId: string): SamplingResult {
    if (!this.reaches(traceId)) return LEFT_OUT;
    const state = trace.getSpanContext(context)?.traceState;
    return state ? { ...this.kept, traceState: this.stateAfter(state) } : this.kept;
  }

  /** Nearly always decided by the first digit. */
  private reaches(traceId: string): boolean {
    if (this.threshold === undefined) return false;
    for (let i = 0; i < RANDOMNESS_DIGITS; i++) {
      const difference = traceId.charCodeAt(RANDOMNESS_AT + i) - this.threshold.charCodeAt(i);
      if (difference !== 0) return difference > 0;
    }
    return true;
  }

  private stateAfter(state: TraceState | undefined): TraceState | undefined {
    return this.threshold === undefined ? undefined : withThreshold(state, this.threshold.replace(/0+$/, '') || '0');
  }

  toString(): string {
    return `ProbabilitySampler{${this.ratio}}`;
  }
}

/**
 * Follows the parent (https://opentelemetry.io/docs/specs/otel/trace/sdk/#parentbased), at the rate that its tracestate
 * tells, whoever decided it; without a parent, `root` decides.
 */
export class ParentSampler implements Sampler {
  /** What was found in the last state: all traces that begin here have the same. */
  private state: TraceState | undefined;
  private keptAtRate = KEPT;

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
    const { traceState } = parent;
    if (!traceState) return KEPT;
    if (traceState !== this.state) {
      this.state = traceState;
      this.keptAtRate = { ...KEPT, attributes: rateAttribute(sampleRateOf(traceState)) };
    }
    return this.keptAtRate;
  }

  toString(): string {
    return `ParentSampler{${this.root.toString()}}`;
  }
}

function rateAttribute(rate: number | undefined) {
  return rate !== undefined && rate > 1 ? { [SAMPLE_RATE]: rate } : undefined;
}
