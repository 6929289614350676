import type { ServerResponse } from 'node:http';
import { Server } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Health } from './health.js';

export interface ShutdownOptions {
  /** How long readiness says 503 before connections are refused, for a load balancer to notice. Milliseconds. */
  drainDelayMs: number;
  /** How long requests in flight may take. After that their connections are cut. Milliseconds. */
  timeoutMs: number;
}

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;
/** Node closes idle keep-alive connections once when a server closes; those that become idle later hold it open. */
const IDLE_SWEEP_MS = 100;
/** For a client that is about to reuse its connection to hear `connection: close` instead of having it cut. */
const LINGER_MS = 200;
/** For what runs after the last request: databases' goodbyes and the last flush of spans. */
const HOOKS_TIMEOUT_MS = 10_000;

/**
 * On the first SIGTERM or SIGINT: readiness 503, stop accepting, let requests finish, run Nest's shutdown hooks (the
 * telemetry's comes last), exit with 0, or 1 when something had to be cut short. Further signals change nothing.
 */
export function stopOnSignal(app: NestFastifyApplication, health: Health, options: ShutdownOptions): void {
  const stop = (signal: NodeJS.Signals) => {
    if (health.draining) return;
    health.draining = true;
    void drain(app, signal, options).then((status) => process.exit(status));
  };
  for (const signal of SIGNALS) process.on(signal, stop);
}

async function drain(app: NestFastifyApplication, signal: NodeJS.Signals, options: ShutdownOptions): Promise<number> {
  const logger = new Logger('Shutdown');
  logger.log(`${signal}: finishing requests in flight`);
  if (options.drainDelayMs > 0) await sleep(options.drainDelayMs);
  const server = app.getHttpServer();
  stopAccepting(server);
  await sleep(LINGER_MS);

  let status = 0;
  const sweep = setInterval(() => server.closeIdleConnections(), IDLE_SWEEP_MS);
  const cut = setTimeout(() => {
    status = 1;
    logger.error(`requests still ran after ${options.timeoutMs} ms (SHUTDOWN_TIMEOUT_MS): cutting their connections`);
    server.closeAllConnections();
  }, options.timeoutMs);
  const giveUp = setTimeout(() => process.exit(1), options.timeoutMs + HOOKS_TIMEOUT_MS);
  try {
    await app.close();
  } catch (error) {
    status = 1;
    logger.error(error);
  }
  clearInterval(sweep);
  clearTimeout(cut);
  clearTimeout(giveUp);
  return status;
}

/** http's own close() would at once cut connections on which a request may be under way; net's only stops listening. */
function stopAccepting(server: Server): void {
  server.prependListener('request', (_request, response: ServerResponse) => response.setHeader('connection', 'close'));
  Server.prototype.close.call(server);
}
