import type { IncomingMessage } from 'node:http';
import type { ArgumentsHost } from '@nestjs/common';
import { ExceptionsHandler } from '@nestjs/core/exceptions/exceptions-handler.js';
import { context } from '@opentelemetry/api';
import { serverRequestOf } from '../http/server-request.js';

const PATCHED = Symbol.for('cruddur.telemetry.exceptions-handler');
type Handler = { next: (this: unknown, error: unknown, host: ArgumentsHost) => void; [PATCHED]?: true };

/**
 * Nest's exception layer sees every error of guards, pipes, interceptors, handlers and filters, and Fastify's
 * own. It is the one place to note the original error before a filter turns it into an answer. What Fastify
 * finds wrong with a body surfaces outside the request's context, so the context is entered again here.
 */
export function recordErrors(): void {
  const handler = ExceptionsHandler.prototype as unknown as Handler;
  if (handler[PATCHED]) return;
  handler[PATCHED] = true;
  const next = handler.next;
  handler.next = function (error, host) {
    const request = host.getType() === 'http' ? requestOf(host) : undefined;
    if (!request) return next.call(this, error, host);
    request.error = error;
    return context.with(request.context, () => next.call(this, error, host));
  };
}

function requestOf(host: ArgumentsHost) {
  const request = host.switchToHttp().getRequest<{ raw?: IncomingMessage } | undefined>();
  return request?.raw && serverRequestOf(request.raw);
}
