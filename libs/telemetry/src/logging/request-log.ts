import { performance } from 'node:perf_hooks';
import type { ServerResponse } from 'node:http';
import { type SpanContext, context, trace } from '@opentelemetry/api';
import type { FastifyInstance } from 'fastify';
import type { DestinationStream, Logger } from 'pino';
import { isCutOff } from '../http/cut-off.js';
import { isIgnoredTarget } from '../http/ignored-paths.js';
import { serverRequestOf } from '../http/server-request.js';
import { splitTarget } from '../http/url.js';
import { linksFor } from '../links/development-links.js';
import { holdLine } from './held-lines.js';
import { timestampOf } from './logger.js';

interface Completed {
  level: 'info' | 'error';
  /** Milliseconds since the epoch. */
  time: number;
  spanContext: SpanContext | undefined;
  method: string;
  /** As JSON. */
  route: string;
  status: number;
  /** Milliseconds. */
  duration: number;
  /** Fields as JSON, with a comma before each. */
  others: string;
}

/**
 * One `request completed` line per request, with the ids of its server span, as `logger` would write it to `output`. No
 * headers and no query: what a header or a search says is the user's own.
 */
export function logRequests(fastify: FastifyInstance, logger: Logger, output: DestinationStream): void {
  const bindings = inside(logger.bindings());
  fastify.addHook('onRequest', (request, reply, done) => {
    const traced = serverRequestOf(request.raw);
    if (!traced && isIgnoredTarget(request.url)) return done();
    const started = performance.now();
    const { method, url } = request;
    const route = request.routeOptions.url;
    const log = (response: ServerResponse) => {
      const level = response.statusCode >= 500 ? 'error' : 'info';
      if (!logger.isLevelEnabled(level)) return;
      const completed: Completed = {
        level,
        time: Date.now(),
        spanContext: traced ? traced.span.spanContext() : trace.getSpanContext(context.active()),
        method,
        route: route === undefined ? JSON.stringify(splitTarget(url).path) : routeText(route),
        status: response.statusCode,
        duration: Math.round((performance.now() - started) * 1_000) / 1_000,
        others: (isCutOff(response) ? ',"aborted":true' : '') + inside(linksFor(traced?.span)),
      };
      holdLine(() => void output.write(toText(completed, bindings)));
    };
    if (traced) traced.atEnd = log;
    else reply.raw.once('close', () => log(reply.raw));
    done();
  });
}

/** Past pino, which takes several times as long to find out what is known here. */
function toText({ level, time, spanContext, method, route, status, duration, others }: Completed, bindings: string) {
  const ids = timestampOf(time, spanContext);
  return `{"level":"${level}"${ids}${bindings},"method":"${method}","route":${route},"status":${status},"duration_ms":${duration}${others},"msg":"request completed"}\n`;
}

/** Routes come from code and are few; should they ever not be, it begins anew now and then. */
const MAX_ROUTES = 1_000;
const routes = new Map<string, string>();

function routeText(route: string): string {
  let text = routes.get(route);
  if (text === undefined) {
    if (routes.size >= MAX_ROUTES) routes.clear();
    routes.set(route, (text = JSON.stringify(route)));
  }
  return text;
}

/** The fields of an object, each with a comma before it. */
function inside(fields: object | undefined): string {
  const json = fields ? JSON.stringify(fields) : '{}';
  return json === '{}' ? '' : `,${json.slice(1, -1)}`;
}
