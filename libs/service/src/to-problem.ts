import { HttpException } from '@nestjs/common';
import { type ErrorCode, ProblemError } from '@cruddur/contracts';

/** What Fastify refuses before a route's code runs, by its error code (https://fastify.dev/docs/latest/Reference/Errors/). */
const FASTIFY_ERRORS: Record<string, [status: number, code: ErrorCode]> = {
  FST_ERR_CTP_BODY_TOO_LARGE: [413, 'body_too_large'],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: [415, 'media_type_unsupported'],
  FST_ERR_CTP_EMPTY_JSON_BODY: [400, 'body_malformed'],
  FST_ERR_CTP_INVALID_JSON_BODY: [400, 'body_malformed'],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: [400, 'body_malformed'],
  FST_ERR_BAD_URL: [400, 'url_malformed'],
  FST_ERR_MAX_PARAM_LENGTH: [404, 'route_not_found'],
};

const NOT_FOUND: ErrorCode[] = ['route_not_found'];

/**
 * The problem (RFC 9457) that answers any error. Only a ProblemError speaks for itself; of everything else the client
 * learns the status and, where there is one, a code of ours, but never the message, which may hold anything.
 */
export function toProblem(error: unknown): ProblemError {
  if (error instanceof ProblemError) return error;
  if (error instanceof HttpException) {
    // Nest wraps what Fastify refuses, and throws its own NotFoundException where no route matches.
    const status = error.getStatus();
    return refusedByFastify(error.cause) ?? new ProblemError(status, { errors: status === 404 ? NOT_FOUND : [] });
  }
  return refusedByFastify(error) ?? new ProblemError(500);
}

function refusedByFastify(error: unknown): ProblemError | undefined {
  const { code, statusCode } = (error ?? {}) as { code?: unknown; statusCode?: unknown };
  const known = typeof code === 'string' ? FASTIFY_ERRORS[code] : undefined;
  if (known) return new ProblemError(known[0], { errors: [known[1]] });
  const refused = typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500;
  return refused ? new ProblemError(statusCode) : undefined;
}
