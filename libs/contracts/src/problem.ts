import { STATUS_CODES } from 'node:http';
import { z } from 'zod';
import { type ErrorCode, ERROR_CODES, isErrorCode } from './codes.js';

export const PROBLEM_MEDIA_TYPE = 'application/problem+json';

/** Problem details for HTTP APIs (RFC 9457). With type `about:blank` the title is the status's own phrase. */
export const ProblemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int().min(400).max(599),
  detail: z.string().optional(),
  /** Machine-readable, such as `message_blank`; see ERROR_CODES. */
  errors: z.array(z.string()),
  /** 32 hexadecimal digits; absent when the request was not traced. */
  trace_id: z.string().optional(),
});
export type Problem = z.infer<typeof ProblemSchema>;

export interface ProblemOptions {
  errors?: readonly string[];
  /** For people. Without it the texts of the error codes are used. Never put another system's message here. */
  detail?: string;
  title?: string;
  /** Becomes the Retry-After header, in seconds. */
  retryAfterSeconds?: number;
  cause?: unknown;
}

/** An error that a client may see as it is. Domain code throws the named ones below; one filter turns them into JSON. */
export class ProblemError extends Error {
  readonly title: string;
  readonly errors: readonly string[];
  readonly detail: string | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(
    readonly status: number,
    { errors = [], detail, title, retryAfterSeconds, cause }: ProblemOptions = {},
  ) {
    const text = detail ?? (errors.length > 0 ? errors.map(describe).join(' ') : undefined);
    super(text ?? STATUS_CODES[status] ?? 'Error', cause === undefined ? undefined : { cause });
    this.name = new.target.name;
    this.title = title ?? STATUS_CODES[status] ?? 'Error';
    this.errors = errors;
    this.detail = text;
    this.retryAfterSeconds = retryAfterSeconds;
  }

  toProblem(traceId?: string): Problem {
    return {
      type: 'about:blank',
      title: this.title,
      status: this.status,
      ...(this.detail !== undefined && { detail: this.detail }),
      errors: [...this.errors],
      ...(traceId !== undefined && { trace_id: traceId }),
    };
  }
}

function describe(code: string): string {
  return isErrorCode(code) ? ERROR_CODES[code] : code;
}

/** Takes only codes that are in the table, which the constructor of {@link ProblemError} cannot ask of neighbours' codes. */
function known(code: ErrorCode): ProblemOptions {
  return { errors: [code] };
}

export class ActivityNotFoundError extends ProblemError {
  constructor() {
    super(404, known('activity_not_found'));
  }
}

export class HandleUnknownError extends ProblemError {
  constructor() {
    super(404, known('handle_unknown'));
  }
}

/** `status` 404 where the user is the resource asked for, 422 where a request body names it. */
export class UserUnknownError extends ProblemError {
  constructor(status: 404 | 422) {
    super(status, known('user_unknown'));
  }
}

/** The status is the draft's: 422, as repeating the request cannot help. */
export class IdempotencyKeyReusedError extends ProblemError {
  constructor() {
    super(422, known('idempotency_key_reused'));
  }
}

export class MalformedRequestError extends ProblemError {
  constructor(code: ErrorCode = 'body_malformed', cause?: unknown) {
    super(400, { ...known(code), cause });
  }
}

/** Well-formed input that breaks a rule; `errors` says which ones. */
export class InvalidInputError extends ProblemError {
  constructor(errors: readonly string[]) {
    super(422, { errors });
  }
}
