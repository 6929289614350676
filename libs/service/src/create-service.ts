import type { IncomingMessage } from 'node:http';
import { type DynamicModule, Module, StandardSchemaValidationPipe, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { MicroserviceOptions } from '@nestjs/microservices';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { toInvalidInputError } from '@cruddur/contracts';
import { loggerModule, TelemetryModule } from '@cruddur/telemetry';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Logger } from 'nestjs-pino';
import { withoutBootNoise } from './boot-logger.js';
import { answerClientError } from './client-error.js';
import { Health, HEALTH_CHECKS } from './health.js';
import { acceptJsonOnly } from './json-body.js';
import { ProblemFilter } from './problem.filter.js';
import { refuseMalformedQueries } from './query-string.js';
import { sendProblem } from './send-problem.js';
import { toProblem } from './to-problem.js';

/** Messages that a service receives beside requests. */
export interface MessageServer {
  /** For Nest's `connectMicroservice`. */
  server: MicroserviceOptions;
  /** Where it listens itself. Without a port it is a broker's client, which the service starts without waiting for. */
  port?: number;
  /** The environment variable that changes the port. */
  portVariable?: string;
}

export interface CreateServiceOptions {
  module: Type | DynamicModule;
  /** In front of every route but the health checks: `api`. */
  prefix?: string;
  /** Routes that go without the prefix. */
  unprefixed?: string[];
  /** Adds hooks to Fastify before any route is there. */
  configureFastify?: (fastify: FastifyInstance) => void;
  messages?: MessageServer;
}

const BODY_LIMIT_BYTES = 64 * 1024;
/** A client that sends its request slower than this is cut off with 408. */
const REQUEST_TIMEOUT_MS = 30_000;

/** With no checks of its own, so that there is something to find in a service that has none. */
@Module({ providers: [{ provide: HEALTH_CHECKS, useValue: [] }] })
class ServiceModule {}

/** The application that {@link runService} listens with. Tests take it from here to have the very same pipeline. */
export async function createService(
  options: CreateServiceOptions,
): Promise<{ app: NestFastifyApplication; health: Health }> {
  const adapter = new FastifyAdapter({
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    // A request on a kept-alive connection is still answered while closing, with `connection: close`.
    return503OnClosing: false,
    clientErrorHandler: answerClientError,
    // Many clients encode an @, which a path and a query may have as it is; the router compares the text.
    rewriteUrl: ({ url = '/' }: IncomingMessage) => (url.includes('%40') ? url.replaceAll('%40', '@') : url),
    // The router's own refusals come before every hook and before the filter.
    frameworkErrors: (error: Error, _request: FastifyRequest, reply: FastifyReply) =>
      sendProblem(reply, toProblem(error)),
  });
  const fastify = adapter.getInstance<FastifyInstance>();
  acceptJsonOnly(fastify);
  refuseMalformedQueries(fastify);
  options.configureFastify?.(fastify);

  const root = { module: ServiceModule, imports: [TelemetryModule, loggerModule(), options.module] };
  const app = await NestFactory.create<NestFastifyApplication>(root, adapter, {
    bodyParser: false,
    bufferLogs: true,
    autoFlushLogs: false, // what keeps the service from starting is said once, by who starts it
    abortOnError: false,
  });
  app.useLogger(withoutBootNoise(app.get(Logger)));
  app.flushLogs();
  if (options.prefix) app.setGlobalPrefix(options.prefix, { exclude: options.unprefixed ?? [] });
  app.useGlobalPipes(new StandardSchemaValidationPipe({ exceptionFactory: toInvalidInputError }));
  app.useGlobalFilters(new ProblemFilter());
  if (options.messages) app.connectMicroservice<MicroserviceOptions>(options.messages.server);
  const health = new Health(app);
  health.registerRoutes(fastify);
  return { app, health };
}
