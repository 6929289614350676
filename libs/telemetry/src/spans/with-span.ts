import { types } from 'node:util';
import { type Attributes, type Context, type Span, SpanStatusCode, context, trace } from '@opentelemetry/api';
import { Observable, isObservable } from 'rxjs';
import { ATTR_ERROR_TYPE } from '../attributes.js';
import { hasEntrySpan } from '../http/server-request.js';
import { VERSION } from '../version.js';
import { errorType, isFault, toException } from './errors.js';
import { reportFault } from './report-fault.js';

// The API's tracer is a proxy that finds the SDK once it is registered: it can be had before.
const tracer = trace.getTracer('@cruddur/telemetry', VERSION);

/**
 * Runs `fn` in a new INTERNAL span and ends it when the work ends: at return, when the promise settles, or
 * when the Observable completes, fails or is unsubscribed. What is thrown is recorded and thrown on.
 *
 * An Observable stays cold. The first subscription uses the span of the call, a further one (`retry`, `repeat`)
 * starts its own; operators downstream run in the caller's context, not in this span's.
 *
 * @param name low-cardinality verb and noun, `load home timeline`; what varies goes into attributes
 */
export function withSpan<T>(name: string, fn: (span: Span) => T, attributes: Attributes = {}): T {
  const parent = context.active();
  const span = tracer.startSpan(name, { attributes }, parent);
  const inside = trace.setSpan(parent, span);
  let result: T;
  try {
    result = context.with(inside, fn, undefined, span);
  } catch (error) {
    fail(span, error, parent);
    span.end();
    throw error;
  }
  if (types.isPromise(result)) return endWithPromise(result, span, parent) as T;
  if (isObservable(result)) {
    let unused: Span | undefined = span;
    const spanOfSubscription = () => {
      const next = unused ?? tracer.startSpan(name, { attributes }, parent);
      unused = undefined;
      return next;
    };
    return endWithObservable(result, spanOfSubscription, parent) as T;
  }
  span.end();
  return result;
}

function endWithPromise<T>(promise: Promise<T>, span: Span, parent: Context): Promise<T> {
  return promise.then(
    (value) => {
      span.end();
      return value;
    },
    (error: unknown) => {
      fail(span, error, parent);
      span.end();
      throw error;
    },
  );
}

function endWithObservable<T>(source: Observable<T>, startSpan: () => Span, parent: Context): Observable<T> {
  return new Observable<T>((subscriber) => {
    const span = startSpan();
    const subscription = context.with(trace.setSpan(parent, span), () =>
      source.subscribe({
        next: (value) => context.with(parent, () => subscriber.next(value)),
        error: (error: unknown) => {
          fail(span, error, parent);
          span.end();
          context.with(parent, () => subscriber.error(error));
        },
        complete: () => {
          span.end();
          context.with(parent, () => subscriber.complete());
        },
      }),
    );
    return () => {
      subscription.unsubscribe();
      if (span.isRecording()) span.end();
    };
  });
}

function fail(span: Span, error: unknown, parent: Context): void {
  if (!isFault(error)) return;
  const exception = toException(error);
  span.setAttribute(ATTR_ERROR_TYPE, errorType(error));
  span.setStatus({
    code: SpanStatusCode.ERROR,
    message: typeof exception === 'string' ? exception : exception.message,
  });
  if (hasEntrySpan(parent)) return;
  span.recordException(exception);
  reportFault({ error, span });
}
