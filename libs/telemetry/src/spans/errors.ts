import { inspect, types } from 'node:util';

/** Also for errors of another realm (Node's own, in a test's sandbox), which `instanceof` does not know. */
function isError(value: unknown): value is Error {
  return value instanceof Error || types.isNativeError(value);
}

/** `error.type`: a short stable code where the error has one, else its class. */
export function errorType(error: unknown): string {
  if (!isError(error)) return typeof error;
  const { code, name } = error as { code?: unknown; name: string };
  if (typeof code === 'string' && code !== '') return code;
  // What aborts and times out is of this one class, and says by its name which it is.
  return error.constructor.name === 'DOMException' ? name : error.constructor.name || name;
}

/** The HTTP status that an error asks for: `getStatus()` of Nest, `status` or `statusCode` elsewhere. */
function statusOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const { getStatus, status, statusCode } = error as Record<string, unknown>;
  const value: unknown = typeof getStatus === 'function' ? getStatus.call(error) : (status ?? statusCode);
  return typeof value === 'number' ? value : undefined;
}

/** The one policy: what the caller did wrong (4xx) is an answer, everything else is a fault of ours. */
export function isFault(error: unknown): boolean {
  const status = statusOf(error);
  return status === undefined || status < 400 || status >= 500;
}

/** What `span.recordException` takes; people throw other things than errors. */
export function toException(error: unknown): Error | string {
  if (isError(error) || typeof error === 'string') return error;
  return inspect(error, { depth: 1 });
}
