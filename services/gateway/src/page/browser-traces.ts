import { adoptCallers } from '@cruddur/telemetry/relay';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { PageTokens } from './page-tokens.js';
import { RateLimit } from './rate-limit.js';
import { isSameOrigin } from './same-origin.js';

/** The header by which the page shows its token, and by which it gets a new one. */
export const PAGE_HEADER = 'cruddur-page';

/** A person clicks a few times a second at most, and each click asks for a few things. */
const PER_CLIENT = { burst: 60, perSecond: 10 };
/** Bounds what strangers can have sampled by holding on to one sampled trace id. */
const TOGETHER = { burst: 400, perSecond: 100 };

/**
 * Continues the traces that our own page has begun: those whose ids the page's token allows. Whatever else claims a
 * trace is linked, as everywhere at this edge.
 */
export function continueTracesOfPage(fastify: FastifyInstance, tokens: PageTokens): void {
  const limit = new RateLimit(PER_CLIENT, TOGETHER);
  adoptCallers((request, traceId) => {
    if (request.headers[PAGE_HEADER] === undefined || !isSameOrigin(request)) return false;
    const session = tokens.read(request.headers[PAGE_HEADER]);
    return session !== undefined && traceId.startsWith(session.tracePrefix) && limit.take(request.ip);
  });
  fastify.addHook('onClose', (_instance, done) => {
    adoptCallers(undefined);
    done();
  });
  tellTime(fastify);
}

/** `Server-Timing` (W3C): what is left of the time that the page has waited is the network's. */
function tellTime(fastify: FastifyInstance): void {
  fastify.addHook('onSend', (request: FastifyRequest, reply, payload, done) => {
    if (request.headers[PAGE_HEADER] !== undefined) {
      void reply.header('server-timing', `gateway;dur=${reply.elapsedTime.toFixed(2)}`);
    }
    done(null, payload);
  });
}
