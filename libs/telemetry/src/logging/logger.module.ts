import type { DynamicModule } from '@nestjs/common';
import { LoggerModule } from 'nestjs-pino';
import { getLogger } from './logger.js';

/**
 * nestjs-pino on the shared logger. Its middleware is bound to no route: a child logger per request costs as
 * much as a span, and the trace ids, which the logger adds itself, already say which request a line belongs to.
 */
export function loggerModule(): DynamicModule {
  return LoggerModule.forRoot({ pinoHttp: { logger: getLogger() }, forRoutes: [] });
}
