/** Why a batch was not taken, in the terms that a {@link DeliveryQueue} decides by. */
export class DeliveryError extends Error {
  override readonly name = 'DeliveryError';

  /**
   * @param code HTTP status of the answer; undefined when there was none
   * @param retryable whether sending the same again can help; by default the status decides
   * @param retryAfterMs how long the other side asks to be left alone, milliseconds
   */
  constructor(
    message: string,
    readonly code?: number,
    readonly retryable?: boolean,
    readonly retryAfterMs?: number,
  ) {
    super(message);
  }
}

const RETRYABLE_HTTP = new Set([429, 502, 503, 504]);
/** CANCELLED, DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED, ABORTED, OUT_OF_RANGE, UNAVAILABLE, DATA_LOSS. */
const RETRYABLE_GRPC = new Set([1, 4, 8, 10, 11, 14, 15]);

/**
 * Whether sending the same batch again can help: the answer says so
 * (https://opentelemetry.io/docs/specs/otlp/#failures), and no answer at all says yes.
 */
export function isRetryable(error: unknown): boolean {
  const { retryable, code } = (error ?? {}) as { retryable?: unknown; code?: unknown };
  if (typeof retryable === 'boolean') return retryable;
  return typeof code !== 'number' || RETRYABLE_HTTP.has(code) || RETRYABLE_GRPC.has(code);
}
