import { channel } from 'node:diagnostics_channel';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { isIgnoredTarget } from './ignored-paths.js';
import { serverRequestOf } from './server-request.js';

/** Node announces each answer on this channel once it has been written. */
const ANSWERED = channel('http.server.response.finish');

type Message = { request: IncomingMessage; response: ServerResponse; server: Server };
type Found = (request: IncomingMessage, response: ServerResponse) => void;

/**
 * Finds the requests that Fastify answers before any hook: targets that it cannot decode, parameters that are too
 * long, and everything that comes while it closes.
 */
export class UnroutedRequests {
  /** What Fastify listens with: all servers of an instance share it, also those for further addresses. */
  private readonly listeners = new WeakSet<object>();

  constructor(private readonly found: Found) {
    ANSWERED.subscribe(this.answered);
  }

  watch(server: FastifyInstance['server']): void {
    for (const listener of server.listeners('request')) this.listeners.add(listener);
  }

  close(): void {
    ANSWERED.unsubscribe(this.answered);
  }

  private readonly answered = (message: unknown): void => {
    const { request, response, server } = message as Message;
    if (serverRequestOf(request) || isIgnoredTarget(request.url ?? '')) return;
    if (server.listeners('request').some((listener) => this.listeners.has(listener))) this.found(request, response);
  };
}

/** What the instrumentation asks of a request. */
export type Inbound = Pick<FastifyRequest, 'method' | 'url' | 'protocol' | 'ip' | 'host'> & { raw: IncomingMessage };

/** What Fastify would say of it, if no proxy is trusted. */
export function unroutedRequest(raw: IncomingMessage): Inbound {
  return {
    raw,
    method: raw.method ?? '',
    url: raw.url ?? '',
    protocol: 'encrypted' in raw.socket ? 'https' : 'http',
    ip: raw.socket.remoteAddress ?? '',
    host: raw.headers.host ?? '',
  };
}
