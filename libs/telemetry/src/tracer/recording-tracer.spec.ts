import { describe, expect, it, jest } from '@jest/globals';
import {
  type Attributes,
  type Context,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  type Tracer,
  type TracerProvider as ApiTracerProvider,
  createTraceState,
  trace,
} from '@opentelemetry/api';
import { suppressTracing } from '@opentelemetry/core';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  NoopSpanProcessor,
  type ReadableSpan,
  type Sampler,
  SamplingDecision,
  type SpanProcessor,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { LazySpanOptions } from './lazy-span-options.js';
import { RecordingTracerProvider } from './recording-tracer-provider.js';
import { DEFAULT_LIMITS } from './span-limits.js';

const resource = resourceFromAttributes({ 'service.name': 'test' });
const LIMITS = {
  ...DEFAULT_LIMITS,
  attributeCountLimit: 4,
  attributeValueLengthLimit: 5,
  eventCountLimit: 2,
  linkCountLimit: 2,
  attributePerEventCountLimit: 1,
  attributePerLinkCountLimit: 1,
};
const remote = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: TraceFlags.SAMPLED, isRemote: true };
const link = (digit: string, attributes?: Attributes) => ({
  context: { ...remote, spanId: digit.repeat(16) },
  attributes,
});
const withParent = (context: object = {}): Context => trace.setSpanContext(ROOT_CONTEXT, { ...remote, ...context });
const START = new Date('2026-01-01T00:00:00.123Z');
/** A value of a type that the API does not allow and programs give all the same. */
const odd = (value: unknown) => value as string;

/** What is the same in two providers' spans: all but ids, and times that were not given. */
function comparable(span: ReadableSpan, timesGiven: boolean) {
  const { name, kind, status, attributes, events, links, ended, resource: of, instrumentationScope: scope } = span;
  const { traceFlags, traceState } = span.spanContext();
  return {
    ...{ name, kind, status, attributes: { ...attributes }, links, ended, scope, of: of.attributes },
    parent: span.parentSpanContext,
    context: { traceFlags, traceState: traceState?.serialize() },
    inParentsTrace: span.parentSpanContext?.traceId === span.spanContext().traceId,
    events: events.map(({ time, ...event }) => ({ ...event, time: timesGiven && time })),
    dropped: [span.droppedAttributesCount, span.droppedEventsCount, span.droppedLinksCount],
    times: timesGiven && [span.startTime, span.endTime, span.duration],
  };
}

interface Case {
  use(tracer: Tracer): void;
  timesGiven?: boolean;
  sampler?: Sampler;
  limited?: boolean;
  /** How many there are; 1 by default. */
  spans?: number;
}
const begun = (use: (span: Span) => void) => (tracer: Tracer) => {
  const span = tracer.startSpan('work', {}, ROOT_CONTEXT);
  use(span);
  span.end();
};
const CASES: Record<string, Case> = {
  'name, kind and attributes of every type': {
    use: (tracer) =>
      tracer
        .startSpan('work', {
          kind: SpanKind.CLIENT,
          attributes: { text: 'x', number: 1.5, yes: true, texts: ['a', 'b'], none: undefined, toString: 'own' },
        })
        .end(),
  },
  'attributes that are none': {
    use: begun((span) => {
      span
        .setAttribute('', 'no key')
        .setAttribute('odd', odd(Symbol('x')))
        .setAttribute('big', odd(1n));
      span
        .setAttribute(
          'function',
          odd(() => 1),
        )
        .setAttribute('undefined', odd(undefined))
        .setAttribute('null', odd(null));
      span.setAttributes({ nested: odd({ a: 1, b: [2] }), date: odd(START), mixed: odd([1, 'a', null]) });
    }),
  },
  'attributes set again': { use: begun((span) => span.setAttributes({ a: 1, b: 2 }).setAttribute('a', 'new')) },
  'a parent': {
    use: (tracer) => tracer.startSpan('work', {}, withParent({ traceState: createTraceState('v=1') })).end(),
  },
  'a parent that was left out': { use: (tracer) => tracer.startSpan('work', {}, withParent({ traceFlags: 0 })).end() },
  'a parent that is not valid': { use: (tracer) => tracer.startSpan('work', {}, withParent({ traceId: '0' })).end() },
  'a root below a parent': { use: (tracer) => tracer.startSpan('work', { root: true }, withParent()).end() },
  'tracing suppressed': {
    spans: 0,
    use: (tracer) => tracer.startSpan('work', {}, suppressTracing(withParent())).end(),
  },
  'links and events': {
    use: begun((span) => {
      span.addLink(link('1', { a: 1, odd: odd({ b: 1 }) })).addLinks([link('2'), link('3')]);
      span.addEvent('bare').addEvent('with attributes', { a: 1, odd: odd({ b: 1 }) });
    }),
  },
  'links at the start': { use: (tracer) => tracer.startSpan('work', { links: [link('1', { a: 1 })] }).end() },
  'times that are given': {
    timesGiven: true,
    use: (tracer) => {
      const span = tracer.startSpan('work', { startTime: START });
      span.addEvent('date', START).addEvent('hr', {}, [1_767_225_600, 5]).addEvent('number', START.getTime());
      span.end(START.getTime() + 10);
    },
  },
  'an end before the start': {
    timesGiven: true,
    use: (tracer) => tracer.startSpan('work', { startTime: START }).end(START.getTime() - 10),
  },
  statuses: {
    spans: 4,
    use: (tracer) => {
      const statuses = [
        [{ code: SpanStatusCode.ERROR, message: 'no' }, { code: SpanStatusCode.UNSET }],
        [{ code: SpanStatusCode.ERROR, message: odd(1) }],
        [{ code: SpanStatusCode.OK, message: 'fine' }, { code: SpanStatusCode.ERROR }],
        [{ code: SpanStatusCode.ERROR }, { code: SpanStatusCode.OK }],
      ];
      for (const sequence of statuses) begun((span) => sequence.forEach((status) => span.setStatus(status)))(tracer);
    },
  },
  exceptions: {
    use: begun((span) => {
      const error = Object.assign(new TypeError('no'), { stack: 'at work' });
      span.recordException(error);
      span.recordException({ ...error, name: 'E', message: 'm', code: 42 });
      span.recordException('text');
      span.recordException({ message: '' });
    }),
  },
  'a new name, and changes that come too late': {
    use: (tracer) => {
      const span = tracer.startSpan('work');
      span.updateName('better').end();
      span.setAttribute('late', 1).addEvent('late').addLink(link('1')).setStatus({ code: SpanStatusCode.OK });
      span.updateName('late').end();
    },
  },
  limits: {
    limited: true,
    use: (tracer) => {
      const attributes = { a: '1234567', b: ['1234567'], c: 3, d: 4, e: 5 };
      const span = tracer.startSpan('work', {
        attributes,
        links: [link('1'), link('2', attributes), link('3', attributes)],
      });
      span.setAttributes({ a: 'again', f: 6 }).addLink(link('4', attributes));
      span.addEvent('1', attributes).addEvent('2', attributes).addEvent('3', attributes).end();
    },
  },
  'a sampler that keeps nothing': {
    spans: 0,
    sampler: new AlwaysOffSampler(),
    use: begun((span) => span.setAttribute('a', 1)),
  },
  'a sampler that only records, adds attributes and sets the trace state': {
    sampler: {
      shouldSample: (_context, _traceId, name, kind, attributes, links) => ({
        decision: SamplingDecision.RECORD,
        attributes: { saw: [name, String(kind), JSON.stringify(attributes), String(links.length)] },
        traceState: createTraceState('ot=th:8'),
      }),
    },
    use: (tracer) =>
      tracer
        .startSpan(
          'work',
          { attributes: { a: 1 }, links: [link('1')] },
          withParent({ traceState: createTraceState('v=1') }),
        )
        .end(),
  },
  'times that are none': {
    use: (tracer) => {
      const wrong = (value: unknown) => value as number;
      const span = tracer.startSpan('work', { startTime: wrong('x') });
      span.addEvent('event', {}, wrong('x'));
      span.end(wrong(false));
    },
  },
  'active spans': {
    spans: 3,
    use: (tracer) => {
      tracer.startActiveSpan('1', (span) => span.end());
      tracer.startActiveSpan('2', { kind: SpanKind.SERVER }, (span) => span.end());
      tracer.startActiveSpan('3', {}, withParent(), (span) => span.end());
    },
  },
};

describe("a span is the SDK's, with", () => {
  it.each(Object.entries(CASES))(
    '%s',
    (_name, { use, timesGiven = false, sampler = new AlwaysOnSampler(), limited, spans = 1 }) => {
      const spanLimits = limited ? LIMITS : DEFAULT_LIMITS;
      const spansOf = (create: (processor: SpanProcessor) => ApiTracerProvider) => {
        const ended: ReadableSpan[] = [];
        const processor = new NoopSpanProcessor();
        processor.onEnd = (span) => void ended.push(span);
        use(create(processor).getTracer('scope', '1.2.3', { schemaUrl: 'https://schema' }));
        return ended.map((span) => comparable(span, timesGiven));
      };
      const ours = spansOf((processor) => new RecordingTracerProvider({ resource, sampler, limits: spanLimits, processors: [processor] })); // prettier-ignore
      const theirs = spansOf((processor) => new TracerProvider({ resource, sampler, spanLimits, spanProcessors: [processor] })); // prettier-ignore
      expect(ours).toEqual(theirs);
      expect(theirs).toHaveLength(spans);
    },
  );
});

describe('attributes that were made for one span', () => {
  const spanWith = (attributes: Attributes, limits = DEFAULT_LIMITS) => {
    const provider = new RecordingTracerProvider({ resource, sampler: new AlwaysOnSampler(), limits, processors: [] });
    const options = new LazySpanOptions(SpanKind.CLIENT, () => attributes);
    return provider.getTracer('test').startSpan('work', options) as unknown as ReadableSpan & Span;
  };

  it("are the span's own, and count", () => {
    const made = { a: 1, b: 'x', c: true };
    const span = spanWith(made, LIMITS);
    span.setAttributes({ d: 4, e: 5 });
    expect(span.attributes).toBe(made);
    expect(made).toEqual({ a: 1, b: 'x', c: true, d: 4 });
    expect(span.droppedAttributesCount).toBe(1);
  });

  it.each<[string, Attributes, Attributes]>([
    ['nothing', { a: 1, none: undefined }, { a: 1 }],
    ['too long a text', { a: '1234567' }, { a: '12345' }],
    ['a list', { a: ['1234567'] }, { a: ['12345'] }],
    ['too many', { a: 1, b: 2, c: 3, d: 4, e: 5 }, { a: 1, b: 2, c: 3, d: 4 }],
  ])('are looked at one by one when there is %s among them', (_name, made, kept) => {
    expect(spanWith(made, LIMITS).attributes).toEqual(kept);
  });
});

it('does not read the attributes of a span that is left out, when the sampler does not either', () => {
  const attributes = jest.fn(() => ({ a: 1 }));
  const options = { get attributes() { return attributes(); } }; // prettier-ignore
  const start = (sampler: Sampler, samplerReadsAttributes: boolean) =>
    new RecordingTracerProvider({ resource, sampler, samplerReadsAttributes, processors: [] })
      .getTracer('test')
      .startSpan('work', options);
  start(new AlwaysOffSampler(), false);
  expect(attributes).not.toHaveBeenCalled();
  start(new AlwaysOffSampler(), true);
  start(new AlwaysOnSampler(), false);
  expect(attributes).toHaveBeenCalled();
});
