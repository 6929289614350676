import { PROBLEM_MEDIA_TYPE, type ProblemError } from '@cruddur/contracts';
import { getCurrentTraceId } from '@cruddur/telemetry';
import type { FastifyReply } from 'fastify';

/** Answers with problem details (RFC 9457), with the trace id of the active span. */
export function sendProblem(reply: FastifyReply, problem: ProblemError): void {
  if (problem.retryAfterSeconds !== undefined) void reply.header('retry-after', problem.retryAfterSeconds);
  if (problem.status === 413) letClientFinish(reply);
  const body = JSON.stringify(problem.toProblem(getCurrentTraceId()));
  // As bytes: to text that is JSON Fastify adds a charset, which JSON media types do not have.
  void reply.code(problem.status).header('content-type', PROBLEM_MEDIA_TYPE).send(Buffer.from(body));
}

/**
 * Reads on and throws away, for as long as a request may take. Fastify would close the connection, and a client that
 * is still sending would see it break instead of the answer.
 */
function letClientFinish(reply: FastifyReply): void {
  void reply.removeHeader('connection');
  reply.request.raw.resume();
}
