import { Global, Module, type OnApplicationShutdown } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance } from 'fastify';
import { logRequests } from '../logging/request-log.js';
import { getLogger, getLogOutput } from '../logging/logger.js';
import { microservicesInstrumentation } from '../microservices/index.js';
import { shutdownTelemetry } from '../start-telemetry.js';
import { recordErrors } from './record-errors.js';

/**
 * Ties the library to a Nest application: errors are recorded on the server span, each request writes one
 * line, and what is left to export is exported after the last request was answered.
 *
 * Global, because Nest runs `onApplicationShutdown` of global modules last.
 */
@Global()
@Module({ providers: [microservicesInstrumentation] })
export class TelemetryModule implements OnApplicationShutdown {
  constructor({ httpAdapter }: HttpAdapterHost) {
    recordErrors();
    if (httpAdapter?.getType() === 'fastify') {
      logRequests(httpAdapter.getInstance<FastifyInstance>(), getLogger(), getLogOutput());
    }
  }

  async onApplicationShutdown(): Promise<void> {
    await shutdownTelemetry();
  }
}
