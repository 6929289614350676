import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { IdempotencyKeySchema, parseInput } from '@cruddur/contracts';
import type { FastifyRequest } from 'fastify';

/** The request's Idempotency-Key, or undefined without one; 422 for one that cannot be passed on. */
export const IdempotencyKey = createParamDecorator((_data: unknown, context: ExecutionContext) => {
  const header = context.switchToHttp().getRequest<FastifyRequest>().headers['idempotency-key'];
  return header === undefined ? undefined : parseInput(IdempotencyKeySchema, header);
});
