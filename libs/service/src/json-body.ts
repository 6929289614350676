import { isUtf8 } from 'node:buffer';
import type { FastifyInstance } from 'fastify';

class MalformedBodyError extends Error {
  readonly code = 'FST_ERR_CTP_INVALID_JSON_BODY';
  readonly statusCode = 400;
}

/**
 * JSON is the only request body there is; anything else is 415. Fastify's own parser would turn bytes that are not
 * UTF-8 into replacement characters, which RFC 8259 section 8.1 does not allow.
 */
export function acceptJsonOnly(fastify: FastifyInstance): void {
  const parse = fastify.getDefaultJsonParser('error', 'error');
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser<Buffer>('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    if (!isUtf8(body)) done(new MalformedBodyError('the body is not UTF-8'), undefined);
    else void parse(request, body.toString(), done);
  });
}
