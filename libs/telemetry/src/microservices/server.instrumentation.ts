import { Transport } from '@nestjs/microservices';
import { type Attributes, type Context, type Span, SpanKind, context, propagation, trace } from '@opentelemetry/api';
import { allowedBaggageOnly } from '../baggage/allowed-baggage.js';
import * as attr from '../attributes.js';
import { withEntrySpan } from '../http/server-request.js';
import { fieldGetter } from './field-getter.js';
import { failHandler } from './failure.js';
import { type Handler, PatternNames } from './pattern-names.js';
import { transportOfServer } from './nest-transports.js';
import { rememberRoutes } from './remember-routes.js';
import { EMPTY_CONTEXT } from '../tracer/linked-context.js';
import { tracer } from './tracer.js';
import type { TransportDescription } from './transport.js';
import { wrapDeserializer } from './wrap-deserializer.js';

export type StartHook = (transportId: unknown, rpcContext: object, done: () => Promise<unknown>) => unknown;
export type EndHook = (transportId: unknown, rpcContext: object) => void;

/** The part of Server and its subclasses that this library uses, protected members included. */
export interface RpcServer {
  transportId?: unknown;
  onProcessingStartHook: StartHook;
  onProcessingEndHook?: EndHook;
  setOnProcessingStartHook: (hook: StartHook) => void;
  setOnProcessingEndHook: (hook: EndHook) => void;
  getHandlers: () => Map<unknown, Handler>;
  getHandlerByPattern: (this: RpcServer, pattern: string) => Handler | null;
  getPatternAsString: (pattern: unknown) => string;
  getRouteFromPattern?: (pattern: string) => string;
  handleEvent: (this: RpcServer, pattern: string, packet: unknown, rpcContext: object) => Promise<unknown>;
  deserializer?: { deserialize(value: unknown, options?: unknown): unknown; init?: (() => unknown) | undefined };
}

/** The span of a message that is being handled, and the context in which its handler runs. */
export interface Handling {
  span: Span;
  context: Context;
}

// Noted on Nest's context object itself: a property is cheaper than an entry in a WeakMap for every message.
const HANDLING = Symbol('cruddur.telemetry.handling');
const IS_EVENT = Symbol('cruddur.telemetry.is-event');
type Noted = { [HANDLING]?: Handling; [IS_EVENT]?: true };

/** @param rpcContext what handlers get with `@Ctx()` */
export function handlingOf(rpcContext: unknown): Handling | undefined {
  return typeof rpcContext === 'object' && rpcContext !== null ? (rpcContext as Noted)[HANDLING] : undefined;
}

const instrumented = new WeakSet<object>();

/**
 * One span per message, around guards, pipes, interceptors, handler and filters, until the last reply.
 * Servers of gRPC are left to its own instrumentation, and strategies that do not extend Nest's Server have
 * no hooks to use.
 */
export function instrumentServer(candidate: object): void {
  const server = candidate as RpcServer;
  if (instrumented.has(server) || typeof server.setOnProcessingStartHook !== 'function') return;
  if (server.transportId === Transport.GRPC) return;
  instrumented.add(server);

  const transport = transportOfServer(server);
  const common = { ...transport.describe?.(server) };
  rememberRoutes(server);
  const patterns = new PatternNames(server);
  noteEvents(server);

  const startSpan = (rpcContext: object): Handling => {
    const fields = transport.carrier.extract(rpcContext);
    // The active context is whatever the socket was opened in: the message alone says what it belongs to.
    const parent = fields ? allowedBaggageOnly(propagation.extract(EMPTY_CONTEXT, fields, fieldGetter)) : EMPTY_CONTEXT;
    const pattern = patterns.current(rpcContext);
    // An event is acknowledged by a reply where it was sent as a request.
    const span =
      (rpcContext as Noted)[IS_EVENT] || pattern.isEvent
        ? startEvent(transport, pattern, common, parent)
        : startRequest(pattern.registered, common, parent);
    if (transport.describeMessage && span.isRecording()) span.setAttributes(transport.describeMessage(rpcContext));
    return { span, context: withEntrySpan(trace.setSpan(parent, span)) };
  };

  chainHooks(
    server,
    (rpcContext, next) => {
      const handling = startSpan(rpcContext);
      (rpcContext as Noted)[HANDLING] = handling;
      try {
        return context.with(handling.context, next);
      } catch (error) {
        failHandler(handling.span, error);
        handling.span.end();
        throw error;
      }
    },
    (rpcContext) => handlingOf(rpcContext)?.span.end(),
  );
  wrapDeserializer(server, transport, common);
}

export function startRequest(method: string, attributes: Attributes, parent: Context): Span {
  return tracer.startSpan(
    method,
    {
      kind: SpanKind.SERVER,
      attributes: { [attr.ATTR_RPC_SYSTEM_NAME]: 'nestjs', [attr.ATTR_RPC_METHOD]: method, ...attributes },
    },
    parent,
  );
}

/** A single message is a child of what sent it, and linked to it, as the messaging conventions want. */
export function startEvent(
  { system }: TransportDescription,
  { registered, actual }: { registered: string; actual: string },
  attributes: Attributes,
  parent: Context,
): Span {
  const producer = trace.getSpanContext(parent);
  return tracer.startSpan(
    `process ${registered}`,
    {
      kind: SpanKind.CONSUMER,
      links: producer && [{ context: producer }],
      attributes: {
        [attr.ATTR_MESSAGING_SYSTEM_NAME]: system,
        [attr.ATTR_MESSAGING_OPERATION_NAME]: 'process',
        [attr.ATTR_MESSAGING_OPERATION_TYPE]: 'process',
        [attr.ATTR_MESSAGING_DESTINATION_NAME]: actual,
        ...(registered !== actual && { [attr.ATTR_MESSAGING_DESTINATION_TEMPLATE]: registered }),
        ...attributes,
      },
    },
    parent,
  );
}

/** A packet without an id is an event whatever its handler is: `emit` reaches those of requests as well. */
function noteEvents(server: RpcServer): void {
  const handleEvent = server.handleEvent;
  server.handleEvent = function (pattern, packet, rpcContext) {
    (rpcContext as Noted)[IS_EVENT] = true;
    return handleEvent.call(this, pattern, packet, rpcContext);
  };
}

/** Nest keeps one hook each. Those that were set before, and those that will be, run inside ours. */
function chainHooks(
  server: RpcServer,
  onStart: (rpcContext: object, next: () => unknown) => unknown,
  onEnd: (rpcContext: object) => void,
): void {
  let innerStart = server.onProcessingStartHook;
  let innerEnd = server.onProcessingEndHook;
  server.setOnProcessingStartHook((transportId, rpcContext, done) =>
    onStart(rpcContext, () => innerStart.call(server, transportId, rpcContext, done)),
  );
  server.setOnProcessingEndHook((transportId, rpcContext) => {
    try {
      innerEnd?.call(server, transportId, rpcContext);
    } finally {
      onEnd(rpcContext);
    }
  });
  server.setOnProcessingStartHook = (hook) => void (innerStart = hook);
  server.setOnProcessingEndHook = (hook) => void (innerEnd = hook);
}
