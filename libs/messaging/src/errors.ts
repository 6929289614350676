import { RpcException } from '@nestjs/microservices';

/** The status in the reply that tells a publisher what to do with its event. */
export const REJECTED = 'rejected';
export const UNAVAILABLE = 'unavailable';

/** The event cannot be processed, now or later. It becomes a dead letter. */
export class EventRejectedError extends RpcException {
  constructor(reason: string) {
    super({ status: REJECTED, message: reason });
  }
}

/** The receiver cannot process any event now: the event is not at fault and must not be counted out. */
export class EventUnacceptedError extends RpcException {
  constructor(reason: string) {
    super({ status: UNAVAILABLE, message: reason });
  }
}

/** Why an event was not taken: `rejected` for good, `failed` on this event, `unreachable` whatever event it was. */
export type Refusal = 'rejected' | 'failed' | 'unreachable';

/** What a Nest client rejects with is an Error of its own, a string, or what the other side replied, as it came. */
export function refusalOf(error: unknown): Refusal {
  if (error instanceof Error || typeof error !== 'object' || error === null) {
    return typeof error === 'string' && /no matching (message|event) handler/i.test(error) ? 'failed' : 'unreachable';
  }
  const { status } = error as { status?: unknown };
  if (status === REJECTED) return 'rejected';
  return status === 'error' ? 'failed' : 'unreachable';
}

export function reasonOf(error: unknown): string {
  if (typeof error === 'string') return error;
  const { message, code, err } = (error ?? {}) as { message?: unknown; code?: unknown; err?: unknown };
  if (typeof message === 'string' && message !== '') return message;
  // amqp-connection-manager wraps the error in a plain object.
  if (err !== undefined) return reasonOf(err);
  return typeof code === 'string' ? code : 'no reason given';
}
