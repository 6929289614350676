import type { ArgumentsHost } from '@nestjs/common';
import { RpcExceptionsHandler } from '@nestjs/microservices/exceptions/rpc-exceptions-handler.js';
import { context } from '@opentelemetry/api';
import { Observable, isObservable } from 'rxjs';
import { toException } from '../spans/errors.js';
import { failHandler } from './failure.js';
import { type Handling, handlingOf } from './server.instrumentation.js';

const PATCHED = Symbol.for('cruddur.telemetry.rpc-exceptions-handler');
type Handle = (this: unknown, error: unknown, host: ArgumentsHost, ...rest: unknown[]) => unknown;

/**
 * Nest's exception layer for messages sees the errors of guards, pipes, interceptors and handlers as they were
 * thrown. After it they are "Internal server error". Filters run in the handler's context.
 */
export function recordRpcErrors(): void {
  const handler = RpcExceptionsHandler.prototype as unknown as { handle: Handle; [PATCHED]?: true };
  if (handler[PATCHED]) return;
  handler[PATCHED] = true;
  const handle = handler.handle;
  handler.handle = function (error, host, ...rest) {
    const handling = handlingOf(host.switchToRpc().getContext());
    if (!handling) return handle.call(this, error, host, ...rest);
    handling.span.recordException(toException(error));
    const answer = context.with(handling.context, () => handle.call(this, error, host, ...rest));
    return isObservable(answer) ? failUnlessAnswered(answer, error, handling) : answer;
  };
}

/** A filter may turn the error into an ordinary reply; then the request did not fail. */
function failUnlessAnswered(answer: Observable<unknown>, error: unknown, { span, context: within }: Handling) {
  return new Observable((subscriber) =>
    context.with(within, () =>
      answer.subscribe({
        next: (value) => subscriber.next(value),
        error(reply: unknown) {
          failHandler(span, error);
          subscriber.error(reply);
        },
        complete: () => subscriber.complete(),
      }),
    ),
  );
}
