import { InterceptorsConsumer } from '@nestjs/core/interceptors/interceptors-consumer.js';
import { context } from '@opentelemetry/api';
import type { Observable } from 'rxjs';
import { hasEntrySpan } from '../http/server-request.js';
import { deliverIn } from './deliver-in.js';

const PATCHED = Symbol.for('cruddur.telemetry.interceptors-consumer');
type TransformDeferred = (this: unknown, next: () => unknown) => Observable<unknown>;

/**
 * A handler may return a stream that something else feeds. The operators that interceptors put behind
 * `next.handle()` stay in the context of the message all the same.
 */
export function keepInterceptorsContext(): void {
  const consumer = InterceptorsConsumer.prototype as unknown as {
    transformDeferred: TransformDeferred;
    [PATCHED]?: true;
  };
  if (consumer[PATCHED]) return;
  consumer[PATCHED] = true;
  const transformDeferred = consumer.transformDeferred;
  consumer.transformDeferred = function (next) {
    const active = context.active();
    const answer = transformDeferred.call(this, next);
    return hasEntrySpan(active) ? deliverIn(active, answer) : answer;
  };
}
