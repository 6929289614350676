import { ConsoleLogger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { problem, ProblemFilter } from './api/problem.js';
import { refuseForeign } from './api/same-origin.js';
import { MAX_BODY_BYTES } from './receiver/body.js';
import type { Store } from './store/remote.js';
import type { TraceViewerConfig } from './trace-viewer.config.js';
import { TraceViewerModule } from './trace-viewer.module.js';

/** For a request to arrive, its body included. */
const REQUEST_TIMEOUT_MS = 30_000;

/** Everything the page loads comes from here, and no other page may frame or read it. */
const HEADERS = {
  'content-security-policy':
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

/** The HTTP side, not listening yet. It is not traced: it would trace its own receiving. */
export async function createApp(config: TraceViewerConfig, store: Store): Promise<NestFastifyApplication> {
  const adapter = new FastifyAdapter({
    bodyLimit: MAX_BODY_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    forceCloseConnections: 'idle',
  });
  const app = await NestFactory.create<NestFastifyApplication>(TraceViewerModule.with(config, store), adapter, {
    logger: new ConsoleLogger({ json: !process.stdout.isTTY, logLevels: ['warn', 'error', 'fatal'] }),
    // Bodies stay bytes: OTLP's are decoded in the store's thread, and the API's are checked against schemas.
    bodyParser: false,
    abortOnError: false,
  });
  const fastify = adapter.getInstance();
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  fastify.addHook('onRequest', (request, reply, done) => {
    reply.headers(HEADERS);
    if (request.url.startsWith('/api/')) reply.header('cache-control', 'no-store');
    const refusal = refuseForeign(request, config.allowedHosts);
    if (refusal === null) return done();
    void reply
      .status(403)
      .header('content-type', 'application/problem+json')
      .send(JSON.stringify(problem(403, refusal)));
  });
  app.useGlobalFilters(new ProblemFilter());
  await app.init();
  await fastify.ready();
  return app;
}
