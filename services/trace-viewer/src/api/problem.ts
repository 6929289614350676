import { STATUS_CODES } from 'node:http';
import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Logger } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type FieldProblem, UnprocessableError } from '../query/errors.js';
import { BodyTooLargeError, CorruptBodyError, UnsupportedEncodingError } from '../receiver/body.js';
import { MalformedRequestError } from '../receiver/otlp/records.js';
import { errorStatus } from '../receiver/otlp/response.js';

/** RFC 9457. */
export interface Problem {
  type: 'about:blank';
  title: string;
  status: number;
  detail: string;
  errors?: FieldProblem[];
}

export function problem(status: number, detail: string, errors?: FieldProblem[]): Problem {
  return { type: 'about:blank', title: STATUS_CODES[status] ?? 'Error', status, detail, ...(errors ? { errors } : {}) };
}

/** A bad parameter or body: 400, naming each field. */
export class BadRequestError extends Error {
  override readonly name = 'BadRequestError';

  constructor(readonly problems: FieldProblem[]) {
    super(problems.map(({ path, message }) => `${path}: ${message}`).join('; '));
  }
}

export class NotFoundError extends Error {
  override readonly name = 'NotFoundError';
}

/** What a client is told. Null for an error of ours, whose text stays in the log. */
function toProblem(error: unknown): Problem | null {
  if (error instanceof UnprocessableError) return problem(422, error.message, error.problems);
  if (error instanceof BadRequestError) return problem(400, error.message, error.problems);
  if (error instanceof MalformedRequestError || error instanceof CorruptBodyError) return problem(400, error.message);
  if (error instanceof NotFoundError) return problem(404, error.message);
  if (error instanceof BodyTooLargeError) return problem(413, error.message);
  if (error instanceof UnsupportedEncodingError) return problem(415, error.message);
  if (error instanceof HttpException) return problem(error.getStatus(), error.message);
  // Fastify's own errors, such as a body over the limit.
  const { statusCode, message } = error as { statusCode?: unknown; message?: unknown };
  if (typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500)
    return problem(statusCode, String(message));
  return null;
}

const INVALID_ARGUMENT = 3;

/** Every error becomes problem details, or on the OTLP routes a google.rpc.Status. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  readonly #logger = new Logger('Api');

  catch(error: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const known = toProblem(error);
    if (known === null) this.#logger.error(error);
    const told = known ?? problem(500, 'Something went wrong; the log of the viewer says what.');
    if (request.url.startsWith('/v1/')) {
      const protobuf = request.headers['content-type']?.startsWith('application/x-protobuf') ?? false;
      void reply
        .status(told.status)
        .header('content-type', protobuf ? 'application/x-protobuf' : 'application/json')
        .send(errorStatus(protobuf ? 'protobuf' : 'json', INVALID_ARGUMENT, told.detail));
      return;
    }
    void reply.status(told.status).header('content-type', 'application/problem+json').send(JSON.stringify(told));
  }
}
