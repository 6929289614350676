import { performance } from 'node:perf_hooks';
import type { ServerResponse } from 'node:http';
import { context, trace } from '@opentelemetry/api';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { isCutOff } from '../http/cut-off.js';
import { isIgnoredTarget } from '../http/ignored-paths.js';
import { serverRequestOf } from '../http/server-request.js';
import { splitTarget } from '../http/url.js';
import { linksFor } from '../links/development-links.js';
import { holdLine } from './held-lines.js';

/**
 * One `request completed` line per request, with the ids of its server span. No headers and no query: what a header
 * or a search says is the user's own.
 */
export function logRequests(fastify: FastifyInstance, logger: Logger): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    if (isIgnoredTarget(request.url)) return done();
    const started = performance.now();
    const { method, url } = request;
    const route = request.routeOptions.url;
    const log = (response: ServerResponse) => {
      const level = response.statusCode >= 500 ? 'error' : 'info';
      if (!logger.isLevelEnabled(level)) return;
      const line = {
        method,
        route: route ?? splitTarget(url).path,
        status: response.statusCode,
        duration_ms: Math.round((performance.now() - started) * 1_000) / 1_000,
        ...(isCutOff(response) && { aborted: true }),
        ...linksFor(traced?.span),
      };
      const spanContext = traced ? traced.span.spanContext() : trace.getSpanContext(context.active());
      holdLine(spanContext, () => logger[level](line, 'request completed'));
    };
    const traced = serverRequestOf(request.raw);
    if (traced) traced.atEnd = log;
    else reply.raw.once('close', () => log(reply.raw));
    done();
  });
}
