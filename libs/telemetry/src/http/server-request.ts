import type { ServerResponse } from 'node:http';
import { type Context, type Span, createContextKey, trace } from '@opentelemetry/api';

/** What the library knows of one inbound HTTP request. */
export interface ServerRequest {
  readonly span: Span;
  /** The context in which guards, handlers and filters of this request run. */
  readonly context: Context;
  /** The last error that reached Nest's exception layer; recorded on the span if the answer is a 5xx. */
  error?: unknown;
  /** Called when the answer is out or the client gone, before the span ends. */
  atEnd?: (response: ServerResponse) => void;
  /** Records how long the request took; set when metrics are on. */
  readonly measure?: (statusCode: number | undefined, errorType?: string) => void;
}

const REQUEST = Symbol('cruddur.telemetry.server-request');
type Carrier = { [REQUEST]?: ServerRequest };

/** Set on the Node request: it is the one object that Fastify, Nest and the response share. */
export function attachServerRequest(raw: object, request: ServerRequest): void {
  (raw as Carrier)[REQUEST] = request;
}

export function serverRequestOf(raw: object): ServerRequest | undefined {
  return (raw as Carrier)[REQUEST];
}

const ENTRY_SPAN = createContextKey('cruddur.telemetry.entry-span');

/**
 * Marks a context as belonging to an entry span (server or consumer) of this process. The entry span
 * records the exception of a failed request, so spans inside it do not record the same one again.
 */
export function withEntrySpan(context: Context): Context {
  return context.setValue(ENTRY_SPAN, trace.getSpan(context) ?? true);
}

export function hasEntrySpan(context: Context): boolean {
  return context.getValue(ENTRY_SPAN) !== undefined;
}

export function entrySpanOf(context: Context): unknown {
  return context.getValue(ENTRY_SPAN);
}
