import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import { RmqContext } from '@nestjs/microservices';
import type { Channel, ConsumeMessage } from 'amqplib';
import { catchError, defer, type Observable, retry, tap, throwError, timer } from 'rxjs';
import { EventRejectedError, EventUnacceptedError } from './errors.js';

/** So that a handler that always fails does not spin: between taking a message back and its next delivery. */
const REDELIVERY_DELAY_MS = 200;
const RETRY_DELAY_MS = 250;
const MAX_RETRY_DELAY_MS = 5_000;

/**
 * Tells the sender of an event what became of it. Over TCP the reply does. For RabbitMQ: processed is acknowledged,
 * rejected becomes a dead letter, failed comes again up to the queue's delivery limit. While the receiver itself is not
 * able to work it keeps the message and tries again: a database's outage must not count against any event.
 */
@Injectable()
export class AcknowledgeInterceptor implements NestInterceptor {
  intercept(execution: ExecutionContext, next: CallHandler): Observable<unknown> {
    const rpc = execution.switchToRpc().getContext<unknown>();
    if (!(rpc instanceof RmqContext)) return next.handle();
    const channel = rpc.getChannelRef() as Channel;
    const message = rpc.getMessage() as unknown as ConsumeMessage;
    return defer(() => next.handle()).pipe(
      retry({ delay: waitWhileUnable }),
      tap({ complete: () => settle(() => channel.ack(message)) }),
      catchError((error: unknown) => {
        const isRejected = error instanceof EventRejectedError;
        if (isRejected) settle(() => channel.nack(message, false, false));
        else setTimeout(() => settle(() => channel.nack(message, false, true)), REDELIVERY_DELAY_MS);
        return throwError(() => error);
      }),
    );
  }
}

function waitWhileUnable(error: unknown, attempt: number): Observable<unknown> {
  if (!(error instanceof EventUnacceptedError)) return throwError(() => error);
  return timer(Math.min(MAX_RETRY_DELAY_MS, RETRY_DELAY_MS * 2 ** Math.min(attempt - 1, 10)));
}

/** A channel that has closed meanwhile has given its messages back: somebody else gets them. */
function settle(answer: () => void): void {
  try {
    answer();
  } catch {
    // IllegalOperationError: channel closed.
  }
}
