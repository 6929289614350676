import { type Context, context } from '@opentelemetry/api';
import { Observable } from 'rxjs';

/** The same stream, delivered in `target`: operators behind it run there, whatever context it is fed from. */
export function deliverIn<T>(target: () => Context, source: Observable<T>): Observable<T> {
  return new Observable<T>((subscriber) => {
    const within = target();
    return source.subscribe({
      next: (value) => context.with(within, () => subscriber.next(value)),
      error: (error: unknown) => context.with(within, () => subscriber.error(error)),
      complete: () => context.with(within, () => subscriber.complete()),
    });
  });
}
