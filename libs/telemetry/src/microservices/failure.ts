import { RpcException } from '@nestjs/microservices';
import { NO_MESSAGE_HANDLER } from '@nestjs/microservices/constants.js';
import { type Span, SpanStatusCode } from '@opentelemetry/api';
import { ATTR_ERROR_TYPE, ATTR_RPC_STATUS_CODE } from '../attributes.js';
import { errorType, isFault, toException } from '../spans/errors.js';
import { reportFault } from '../spans/report-fault.js';
import { isRecord } from './carrier.js';

/** `error.type` of a message for which the other side has no handler. */
export const NO_HANDLER = 'no_message_handler';
/** `error.type` of a request whose caller left before the first reply: `timeout()`, `switchMap`, `takeUntil`. */
export const CANCELLED = 'cancelled';

export function failWith(span: Span, type: string, message: string): void {
  span.setAttribute(ATTR_ERROR_TYPE, type);
  span.setStatus({ code: SpanStatusCode.ERROR, message });
}

/**
 * What a client's stream failed with: an error of its own (connection, serialiser), or what the other side
 * replied, which Nest gives as it came: `{ status, message }`, or whatever an RpcException was made of.
 */
export function failCall(span: Span, error: unknown): void {
  const status = isRecord(error) && !(error instanceof Error) ? error.status : undefined;
  if (typeof status === 'string' || typeof status === 'number') span.setAttribute(ATTR_RPC_STATUS_CODE, String(status));
  failWith(span, callErrorType(error, status), messageOf(error));
}

function callErrorType(error: unknown, status: unknown): string {
  if (error instanceof Error) return errorType(error);
  if (error === NO_MESSAGE_HANDLER) return NO_HANDLER;
  return typeof status === 'string' || typeof status === 'number' ? String(status) : RpcException.name;
}

function messageOf(error: unknown): string {
  if (isRecord(error) && typeof error.message === 'string') return error.message;
  const exception = toException(error);
  return typeof exception === 'string' ? exception : exception.message;
}

/** The handler's error as it was thrown. An RpcException with a 4xx status is an answer, as it is over HTTP. */
export function failHandler(span: Span, error: unknown): void {
  if (!isFault(error instanceof RpcException ? error.getError() : error)) return;
  failWith(span, errorType(error), messageOf(error));
  reportFault({ error, span });
}
