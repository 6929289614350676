import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { withBaggage } from '@cruddur/telemetry';
import type { FastifyInstance, FastifyRequest } from 'fastify';

declare module 'fastify' {
  interface FastifyRequest {
    userUuid: string;
  }
}

/**
 * The one place that decides who asks. There is no login yet, so everybody is the same user; authentication would
 * read its token here. The id also travels as baggage, but only for telemetry: other services are told explicitly.
 */
export function decideRequestingUser(fastify: FastifyInstance, userUuid: string): void {
  const baggage = { 'user.id': userUuid };
  fastify.decorateRequest('userUuid', '');
  fastify.addHook('preHandler', (request, _reply, done) => {
    request.userUuid = userUuid;
    withBaggage(baggage, done);
  });
}

/** The uuid of the user who makes the request. */
export const RequestingUser = createParamDecorator(
  (_data: unknown, context: ExecutionContext) => context.switchToHttp().getRequest<FastifyRequest>().userUuid,
);
