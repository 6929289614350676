import { ServiceUnavailableException } from '@nestjs/common';

/** The server cannot serve now, though the query may be right: trying again later can help. Becomes a 503. */
export class DatabaseUnavailableError extends ServiceUnavailableException {
  constructor(address: string, cause: unknown) {
    super(`PostgreSQL at ${address} is not available: ${reasonOf(cause)}`, { cause });
  }
}

/**
 * Network errors, and of PostgreSQL's (https://www.postgresql.org/docs/current/errcodes-appendix.html) class 08
 * connection exception, 53 insufficient resources, 57 operator intervention: shutting down, starting, out of time.
 */
const UNAVAILABLE = /^(08|53|57)[0-9A-Z]{3}$|^E[A-Z]{3,}|^(EAI_AGAIN|EPIPE)$/;
/** The driver's own errors have no code. */
const DRIVER_MESSAGES = /^(Connection terminated|timeout exceeded when trying to connect|Client has)/;

export function isUnavailable(error: unknown): boolean {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
  return typeof code === 'string' ? UNAVAILABLE.test(code) : DRIVER_MESSAGES.test(String(message));
}

/** A host with several addresses fails with one error for each, and no message of its own. */
export function reasonOf(error: unknown): string {
  const { code, message } = (error ?? {}) as { code?: string; message?: string };
  return message || code || String(error);
}
