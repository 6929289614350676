import { isErrorCode, ProblemError, ProblemSchema } from '@cruddur/contracts';
import { Agent, type Dispatcher } from 'undici';
import type { z } from 'zod';
import {
  AttemptTimeout,
  UnexpectedAnswer,
  UpstreamFailedError,
  UpstreamTimeoutError,
  UpstreamUnavailableError,
} from './errors.js';
import { type Answer, exchange } from './exchange.js';

export interface Attempt {
  origin: string;
  path: string;
  method: 'GET' | 'POST';
  headers: Record<string, string>;
  body: string | undefined;
  timeoutMs: number;
  response: z.ZodType;
}

/** Connections to all neighbours, kept alive. The attempt's own timer bounds everything, so undici's are off. */
const agent = new Agent({
  headersTimeout: 0,
  bodyTimeout: 0,
  keepAliveTimeout: 4_000,
  maxResponseSize: 16 * 1024 * 1024,
});

/** Answers that are about the caller's request, and that the caller's own caller should get. */
const PASSED_ON = new Set([404, 409, 422]);

/**
 * Sends one request and reads the answer.
 *
 * @throws UpstreamError for what is the neighbour's fault, ProblemError for what is the caller's
 */
export async function attempt({ timeoutMs, response: schema, ...request }: Attempt): Promise<unknown> {
  const { statusCode, headers, text } = await send(request, timeoutMs);
  if (statusCode < 200 || statusCode > 299) throw toError(statusCode, headers['retry-after'], text);
  const result = schema.safeParse(parseJson(text));
  if (result.success) return result.data;
  throw new UpstreamFailedError(new UnexpectedAnswer('the answer breaks the contract', { cause: result.error }));
}

function send(request: Dispatcher.DispatchOptions, timeoutMs: number): Promise<Answer> {
  return exchange(agent, request, timeoutMs).catch((error: unknown) => {
    throw error instanceof AttemptTimeout
      ? new UpstreamTimeoutError(error, true)
      : new UpstreamFailedError(error, true);
  });
}

function toError(status: number, retryAfter: string | string[] | undefined, text: string): ProblemError {
  const cause = new UnexpectedAnswer(`status ${status}`);
  if (status === 503) return new UpstreamUnavailableError(cause, secondsOf(retryAfter), true);
  if (status === 504) return new UpstreamTimeoutError(cause);
  if (status >= 500) return new UpstreamFailedError(cause);
  const problem = ProblemSchema.safeParse(parseJson(text)).data;
  if (PASSED_ON.has(status) && problem) return new ProblemError(status, { errors: problem.errors.filter(isErrorCode) });
  // A mistake in our request, not a failure of the neighbour: not an UpstreamError, so no circuit opens for it.
  return new ProblemError(502, { errors: ['upstream_failed'], cause });
}

/** Retry-After in seconds (RFC 9110 section 10.2.3); its other form, a date, is not used among the services. */
function secondsOf(retryAfter: string | string[] | undefined): number | undefined {
  return typeof retryAfter === 'string' && /^\d{1,6}$/.test(retryAfter) ? Number(retryAfter) : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
