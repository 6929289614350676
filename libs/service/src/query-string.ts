import type { FastifyInstance } from 'fastify';
import { MalformedRequestError } from '@cruddur/contracts';

/** The router refuses a path that is no percent-encoded UTF-8, but leaves such a query as it stands. */
export function refuseMalformedQueries(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', (request, _reply, done) => {
    const { url } = request;
    if (!url.includes('%')) return done();
    const mark = url.indexOf('?');
    try {
      if (mark !== -1) decodeURIComponent(url.slice(mark));
    } catch (error) {
      return done(new MalformedRequestError('url_malformed', error));
    }
    done();
  });
}
