import { type ErrorCode, ProblemError, type ProblemOptions } from '@cruddur/contracts';

/** A neighbour's fault, as the caller of this service may see it. The cause stays inside: in span and log. */
export abstract class UpstreamError extends ProblemError {
  constructor(
    status: 502 | 503 | 504,
    code: ErrorCode,
    /** The neighbour has not done the work, or nobody knows, so that another attempt makes sense. */
    readonly retryable: boolean,
    options: Pick<ProblemOptions, 'cause' | 'retryAfterSeconds'> = {},
  ) {
    super(status, { errors: [code], ...options });
  }
}

/** The neighbour could not be reached, failed, or answered what its contract does not know. */
export class UpstreamFailedError extends UpstreamError {
  constructor(cause: unknown, retryable = false) {
    super(502, 'upstream_failed', retryable, { cause });
  }
}

/** The neighbour sheds load, or calls to it are held back here: circuit open, or too many at once. */
export class UpstreamUnavailableError extends UpstreamError {
  constructor(cause: unknown, retryAfterSeconds: number | undefined, retryable = false) {
    super(503, 'upstream_unavailable', retryable, { cause, retryAfterSeconds });
  }
}

/** The neighbour took too long, or something behind it did. */
export class UpstreamTimeoutError extends UpstreamError {
  constructor(cause: unknown, retryable = false) {
    super(504, 'upstream_timeout', retryable, { cause });
  }
}

/** What aborts an attempt. Its code becomes the client span's `error.type`. */
export class AttemptTimeout extends Error {
  readonly code = 'timeout';
  override readonly name = 'AttemptTimeout';
}

/** What the neighbour answered, for the log. */
export class UnexpectedAnswer extends Error {
  override readonly name = 'UnexpectedAnswer';
}
