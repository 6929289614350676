import { type ArgumentsHost, Catch, type ExceptionFilter, Logger } from '@nestjs/common';
import { PROBLEM_MEDIA_TYPE } from '@cruddur/contracts';
import { getCurrentTraceId } from '@cruddur/telemetry';
import type { FastifyReply } from 'fastify';
import { toProblem } from './to-problem.js';

/**
 * The one place where errors become answers: what handlers, pipes and guards throw, and what Fastify refuses before
 * them. A 5xx is logged here, once, with its cause; a 4xx is an answer like any other.
 */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger('ProblemFilter');

  catch(error: unknown, host: ArgumentsHost): void {
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const problem = toProblem(error);
    if (problem.status >= 500) this.logger.error(error);
    if (reply.sent || reply.raw.headersSent) {
      reply.raw.destroy(); // half an answer must not look like a whole one
      return;
    }
    if (problem.retryAfterSeconds !== undefined) void reply.header('retry-after', problem.retryAfterSeconds);
    void reply
      .code(problem.status)
      .header('content-type', PROBLEM_MEDIA_TYPE)
      .send(JSON.stringify(problem.toProblem(traceIdOf(reply))));
  }
}

/** Fastify reads a body in events of the socket, outside the request's context: its header knows the trace then. */
function traceIdOf(reply: FastifyReply): string | undefined {
  const traceresponse = reply.getHeader('traceresponse');
  return getCurrentTraceId() ?? (typeof traceresponse === 'string' ? traceresponse.split('-')[1] : undefined);
}
