import { type Context, context } from '@opentelemetry/api';
import { type MonoTypeOperatorFunction, Observable } from 'rxjs';

/** The same stream, delivered in `target`: operators behind it run there, whatever context it is fed from. */
export function deliverIn<T>(target: Context, source: Observable<T>): Observable<T> {
  return new Observable<T>((subscriber) =>
    source.subscribe({
      next: (value) => runIn(target, () => subscriber.next(value)),
      error: (error: unknown) => runIn(target, () => subscriber.error(error)),
      complete: () => runIn(target, () => subscriber.complete()),
    }),
  );
}

/** Entering a context costs more than seeing that a promise has kept it. */
function runIn(target: Context, fn: () => void): void {
  if (context.active() === target) fn();
  else context.with(target, fn);
}

/**
 * Operator for streams that many requests share, a Subject above all: what follows runs in the context of the
 * one who subscribed, not in that of the one who called `next()`.
 */
export function keepContext<T>(): MonoTypeOperatorFunction<T> {
  return (source) => new Observable<T>((subscriber) => deliverIn(context.active(), source).subscribe(subscriber));
}
