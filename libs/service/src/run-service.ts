import { Logger } from '@nestjs/common';
import { isTelemetryStarted } from '@cruddur/telemetry';
import { z } from 'zod';
import { millisecondsSchema } from './config-schemas.js';
import { createService, type CreateServiceOptions } from './create-service.js';
import { readConfig } from './read-config.js';
import { stopOnSignal } from './shutdown.js';

export interface ServiceOptions extends CreateServiceOptions {
  /** `service.name` of the service, for what it says of itself. */
  name: string;
  host: string;
  port: number;
  /** The environment variable that changes the port, named when the port is taken. */
  portVariable: string;
}

const EnvironmentSchema = z.object({
  DRAIN_DELAY_MS: millisecondsSchema.default(0),
  SHUTDOWN_TIMEOUT_MS: millisecondsSchema.default(10_000),
});

/** Starts the service and keeps it until a signal. What keeps it from starting is said on stderr; exit status 1. */
export async function runService({ name, host, port, portVariable, ...options }: ServiceOptions): Promise<void> {
  const environment = readConfig(EnvironmentSchema);
  try {
    const { app, health } = await createService(options);
    const logger = new Logger('Service');
    if (!isTelemetryStarted()) {
      logger.warn(
        `${name} runs untraced: start it with node --import <its telemetry.js>, before anything else is loaded`,
      );
    }
    stopOnSignal(app, health, {
      drainDelayMs: environment.DRAIN_DELAY_MS,
      timeoutMs: environment.SHUTDOWN_TIMEOUT_MS,
    });
    await app.init();
    // Fastify's own listen(): Nest's would log a port that is taken as well.
    const url = await app.getHttpAdapter().getInstance().listen({ host, port });
    logger.log(`${name} listens on ${url}`);
  } catch (error) {
    process.stderr.write(`${name}: ${whyNotStarted(error, { host, port, portVariable })}\n`);
    process.exit(1);
  }
}

function whyNotStarted(
  error: unknown,
  { host, port, portVariable }: Pick<ServiceOptions, 'host' | 'port' | 'portVariable'>,
) {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE') return `port ${port} is taken; set ${portVariable} to a free one`;
  if (code === 'EACCES') return `port ${port} is not allowed for this user; set ${portVariable} to another one`;
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') return `HOST ${host} is not an address of this machine`;
  return `cannot start: ${describe(error)}`;
}

/** The messages down to the first cause; of what can only be a mistake in the program, the stack. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof TypeError || error instanceof ReferenceError) return error.stack ?? error.message;
  const isRepeated = error.cause instanceof Error && error.message.includes(error.cause.message);
  return error.cause === undefined || isRepeated ? error.message : `${error.message}: ${describe(error.cause)}`;
}
