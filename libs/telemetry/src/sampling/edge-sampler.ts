import { type Attributes, type Context, type Link, ROOT_CONTEXT, type SpanKind } from '@opentelemetry/api';
import type { Sampler, SamplingResult } from '@opentelemetry/sdk-trace';
import { hasAdoptedParent } from '../http/adopted-caller.js';

/** Decides about a trace that an adopted caller began as about one that begins here: the caller's flag has no say. */
export class EdgeSampler implements Sampler {
  constructor(private readonly inner: Sampler) {}

  shouldSample(
    context: Context,
    traceId: string,
    name: string,
    kind: SpanKind,
    attributes: Attributes,
    links: Link[],
  ): SamplingResult {
    const from = hasAdoptedParent(context) ? ROOT_CONTEXT : context;
    return this.inner.shouldSample(from, traceId, name, kind, attributes, links);
  }

  toString(): string {
    return `EdgeSampler{${this.inner.toString()}}`;
  }
}
