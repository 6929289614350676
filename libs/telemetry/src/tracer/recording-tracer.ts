import {
  type Attributes,
  type Context,
  INVALID_SPAN_CONTEXT,
  type Link,
  type Span,
  type SpanContext,
  SpanKind,
  type SpanOptions,
  TraceFlags,
  type Tracer,
  context,
  trace,
} from '@opentelemetry/api';
import { type InstrumentationScope, isTracingSuppressed } from '@opentelemetry/core';
import type { Resource } from '@opentelemetry/resources';
import {
  type IdGenerator,
  type Sampler,
  SamplingDecision,
  type Span as SdkSpan,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace';
import { CheckedSpanContext, isValid } from './checked-span-context.js';
import { LazySpanOptions } from './lazy-span-options.js';
import { RecordingSpan, type SpanOwner } from './recording-span.js';
import type { AllSpanLimits } from './span-limits.js';

/** What the tracers of one provider have in common. */
export interface TracerSettings {
  resource: Resource;
  sampler: Sampler;
  /**
   * Whether the sampler looks at attributes. One that decides by the trace id and the parent alone does not, and then
   * `attributes` is not even read from the options of a span that is left out: a getter is a way to pay for them only
   * where they are kept.
   */
  samplerReadsAttributes: boolean;
  limits: AllSpanLimits;
  idGenerator: IdGenerator;
  processors: readonly SpanProcessor[];
}

const NO_ATTRIBUTES: Attributes = {};
const NO_LINKS: Link[] = [];

/** https://opentelemetry.io/docs/specs/otel/trace/api/#tracer, for {@link RecordingSpan}. */
export class RecordingTracer implements Tracer, SpanOwner {
  readonly resource: Resource;
  readonly limits: AllSpanLimits;

  constructor(
    readonly scope: InstrumentationScope,
    private readonly settings: TracerSettings,
  ) {
    this.resource = settings.resource;
    this.limits = settings.limits;
  }

  startSpan(name: string, options: SpanOptions = {}, within: Context = context.active()): Span {
    if (isTracingSuppressed(within)) return trace.wrapSpanContext(INVALID_SPAN_CONTEXT);
    const { sampler, samplerReadsAttributes, idGenerator, processors } = this.settings;
    const parent = options.root ? undefined : validSpanContext(within);
    const from = options.root ? trace.deleteSpan(within) : within;
    const kind = options.kind ?? SpanKind.INTERNAL;
    const traceId = parent ? parent.traceId : idGenerator.generateTraceId();
    const seen = samplerReadsAttributes ? (options.attributes ?? NO_ATTRIBUTES) : NO_ATTRIBUTES;
    const sampling = sampler.shouldSample(from, traceId, name, kind, seen, options.links ?? NO_LINKS);
    const spanContext = new CheckedSpanContext(
      traceId,
      idGenerator.generateSpanId(),
      sampling.decision === SamplingDecision.RECORD_AND_SAMPLED ? TraceFlags.SAMPLED : TraceFlags.NONE,
      sampling.traceState ?? parent?.traceState,
    );
    if (sampling.decision === SamplingDecision.NOT_RECORD) return trace.wrapSpanContext(spanContext);
    const { links, startTime } = options;
    const span = new RecordingSpan(this, { name, kind, spanContext, parentSpanContext: parent, links, startTime });
    const { attributes } = options;
    if (attributes && !(options instanceof LazySpanOptions && span.adopt(attributes))) span.setAttributes(attributes);
    if (sampling.attributes) span.setAttributes(sampling.attributes);
    for (const processor of processors) processor.onStart(span, from);
    return span;
  }

  startActiveSpan<F extends (span: Span) => unknown>(name: string, fn: F): ReturnType<F>;
  startActiveSpan<F extends (span: Span) => unknown>(name: string, options: SpanOptions, fn: F): ReturnType<F>;
  startActiveSpan<F extends (span: Span) => unknown>(
    name: string,
    options: SpanOptions,
    within: Context,
    fn: F,
  ): ReturnType<F>;
  startActiveSpan<F extends (span: Span) => unknown>(name: string, ...rest: unknown[]): ReturnType<F> {
    const fn = rest.pop() as F;
    const [options, within = context.active()] = rest as [SpanOptions?, Context?];
    const span = this.startSpan(name, options, within);
    return context.with(trace.setSpan(within, span), () => fn(span) as ReturnType<F>);
  }

  ending(span: SdkSpan): void {
    for (const processor of this.settings.processors) processor.onEnding?.(span);
  }

  ended(span: SdkSpan): void {
    for (const processor of this.settings.processors) processor.onEnd(span);
  }
}

function validSpanContext(within: Context): SpanContext | undefined {
  const spanContext = trace.getSpanContext(within);
  return isValid(spanContext) ? spanContext : undefined;
}
