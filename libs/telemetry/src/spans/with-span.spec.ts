import 'reflect-metadata';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { SpanStatusCode, context, trace } from '@opentelemetry/api';
import { Observable, Subject, defer, lastValueFrom, map, of, retry, throwError } from 'rxjs';
import { type InMemoryTracing, startInMemoryTracing } from '../testing/index.js';
import { withEntrySpan } from '../http/server-request.js';
import { Span } from './span.decorator.js';
import { withSpan } from './with-span.js';

let tracing: InMemoryTracing;
beforeAll(() => {
  tracing = startInMemoryTracing();
});
beforeEach(() => tracing.reset());
afterAll(() => tracing.shutdown());

const names = () => tracing.spans().map(({ name }) => name);
const activeSpanId = () => trace.getActiveSpan()?.spanContext().spanId;

describe('withSpan', () => {
  it('ends the span when a synchronous function returns, and returns its value', () => {
    expect(withSpan('add', () => 1 + 1, { 'cruddur.activities.count': 2 })).toBe(2);
    expect(tracing.spans()[0]).toMatchObject({ name: 'add', attributes: { 'cruddur.activities.count': 2 } });
  });

  it('ends the span of a promise when it settles, not when it is returned', async () => {
    let finish = () => {};
    const promise = withSpan('load', () => new Promise<void>((resolve) => (finish = resolve)));
    expect(names()).toEqual([]);
    finish();
    await promise;
    expect(names()).toEqual(['load']);
  });

  it('ends the span of an Observable when it completes, and makes it the parent of what the source does', async () => {
    const source = () => defer(() => of(withSpan('inner', () => activeSpanId())));
    await lastValueFrom(withSpan('outer', source));
    const [inner, outer] = tracing.spans();
    expect(names()).toEqual(['inner', 'outer']);
    expect(inner?.parentSpanContext?.spanId).toBe(outer?.spanContext().spanId);
  });

  it("runs operators after the Observable in the caller's context", async () => {
    await withSpan('caller', async (caller) => {
      const seen = await lastValueFrom(withSpan('source', () => of(1)).pipe(map(() => activeSpanId())));
      expect(seen).toBe(caller.spanContext().spanId);
    });
  });

  it('ends the span when the subscriber leaves', () => {
    withSpan('endless', () => new Subject())
      .subscribe()
      .unsubscribe();
    expect(names()).toEqual(['endless']);
  });

  it('gives every further subscription a span of its own', async () => {
    let attempts = 0;
    const flaky = () =>
      new Observable<string>((subscriber) => {
        if (++attempts < 3) subscriber.error(new Error(`attempt ${attempts}`));
        else subscriber.next('done');
        subscriber.complete();
      });
    await lastValueFrom(withSpan('flaky', flaky).pipe(retry(2)));
    expect(tracing.spans().map(({ name, status }) => [name, status.code])).toEqual([
      ['flaky', SpanStatusCode.ERROR],
      ['flaky', SpanStatusCode.ERROR],
      ['flaky', SpanStatusCode.UNSET],
    ]);
  });

  it.each<[string, () => unknown]>([
    ['thrown', () => withSpan('broken', () => { throw new TypeError('no'); })], // prettier-ignore
    ['rejected', () => withSpan('broken', () => Promise.reject(new TypeError('no')))],
    ['emitted', () => lastValueFrom(withSpan('broken', () => throwError(() => new TypeError('no'))))],
  ])('records an error that is %s, and passes it on', async (_how, run) => {
    await expect(Promise.resolve().then(run)).rejects.toThrow(TypeError);
    const [span] = tracing.spans();
    expect(span?.status).toEqual({ code: SpanStatusCode.ERROR, message: 'no' });
    expect(span?.attributes['error.type']).toBe('TypeError');
    expect(span?.events.map(({ name }) => name)).toEqual(['exception']);
  });

  it('leaves the exception to the entry span of the request, so that it is recorded once', () => {
    context.with(withEntrySpan(context.active()), () => {
      expect(() => withSpan('broken', () => { throw new Error('no'); })).toThrow('no'); // prettier-ignore
    });
    expect(tracing.spans()[0]).toMatchObject({ status: { code: SpanStatusCode.ERROR }, events: [] });
  });

  it('does not take an answer to a mistaken caller for a failure', () => {
    const notFound = Object.assign(new Error('no such activity'), { status: 404 });
    expect(() => withSpan('find', () => { throw notFound; })).toThrow(notFound); // prettier-ignore
    expect(tracing.spans()[0]).toMatchObject({ status: { code: SpanStatusCode.UNSET }, events: [] });
  });
});

describe('@Span', () => {
  const Marker = (_target: object, key: string | symbol, descriptor: PropertyDescriptor) => {
    Reflect.defineMetadata('marker', key, descriptor.value as object);
  };
  class Timeline {
    private readonly size = 3;

    @Span('load timeline')
    @Marker
    load(factor: number) {
      return Promise.resolve(this.size * factor);
    }

    @Span()
    count() {
      return this.size;
    }
  }

  it('keeps this, arguments and result', async () => {
    expect(await new Timeline().load(2)).toBe(6);
    expect(names()).toEqual(['load timeline']);
  });

  it('is named after class and method by default', () => {
    new Timeline().count();
    expect(names()).toEqual(['Timeline.count']);
  });

  it("keeps the method's name, length and metadata, which Nest reads", () => {
    const { load } = Timeline.prototype;
    expect([load.name, load.length, Reflect.getMetadata('marker', load)]).toEqual(['load', 1, 'load']);
  });
});
