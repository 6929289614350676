import { type ArgumentsHost, Catch, type ExceptionFilter, Logger } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { sendProblem } from './send-problem.js';
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
    sendProblem(reply, problem);
  }
}
