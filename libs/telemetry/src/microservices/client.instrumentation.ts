import { ClientKafka, ClientProxy } from '@nestjs/microservices';
import {
  type Attributes,
  type Context,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  context,
  propagation,
  trace,
} from '@opentelemetry/api';
import { Observable } from 'rxjs';
import { allowedBaggageOnly } from '../baggage/allowed-baggage.js';
import * as attr from '../attributes.js';
import { hasEntrySpan } from '../http/server-request.js';
import { toException } from '../spans/errors.js';
import type { Fields, Packet } from './carrier.js';
import { CANCELLED, failCall, failWith } from './failure.js';
import type { TransportDescription } from './transport.js';
import { transportOfClient } from './nest-transports.js';
import { tracer } from './tracer.js';
import { keepContext } from './deliver-in.js';

/** The part of ClientProxy and its subclasses that this file uses, protected members included. */
interface Client {
  connect: (this: Client) => Promise<unknown>;
  send: (this: Client, pattern: unknown, data: unknown) => Observable<unknown>;
  emit: (this: Client, pattern: unknown, data: unknown) => Observable<unknown>;
  emitBatch: (this: Client, pattern: unknown, data: { messages: unknown[] }) => Observable<unknown>;
  createPacket: (this: Client, pattern: unknown, data: unknown) => Packet;
  normalizePattern(pattern: unknown): unknown;
  serializer?: { serialize(value: unknown, options?: unknown): unknown; init?: (() => unknown) | undefined };
}

interface Traced {
  transport: TransportDescription;
  canCarry: boolean;
  request: Attributes;
  event: Attributes;
}

const PATCHED = Symbol.for('cruddur.telemetry.client-proxy');

/**
 * Wraps the methods of ClientProxy once for all clients of the process, those of the application's own
 * strategies included. The single-slot `setOnDispatchHook` of each client stays free.
 */
export function instrumentClients(): void {
  const proxy = ClientProxy.prototype as unknown as Client & { [PATCHED]?: true };
  if (proxy[PATCHED]) return;
  proxy[PATCHED] = true;
  const { send, emit, createPacket } = proxy;

  proxy.send = function (pattern, data) {
    const replies = send.call(this, pattern, data);
    if (isInvalid(pattern, data)) return replies;
    const traced = tracedClient(this);
    return new Observable((subscriber) => {
      const method = String(this.normalizePattern(pattern));
      return call(replies, subscriber, method, { ...traced.request, [attr.ATTR_RPC_METHOD]: method });
    });
  };

  proxy.emit = function (pattern, data) {
    if (isInvalid(pattern, data)) return emit.call(this, pattern, data);
    return publish(this, pattern, {}, () => emit.call(this, pattern, data));
  };

  proxy.createPacket = function (pattern, data) {
    const packet = createPacket.call(this, pattern, data);
    const { transport, canCarry } = tracedClient(this);
    if (!canCarry || !transport.carrier.attach) return packet;
    const fields = inject();
    return fields ? transport.carrier.attach(packet, fields) : packet;
  };

  const kafka = ClientKafka.prototype as unknown as Client;
  const { emitBatch } = kafka;
  kafka.emitBatch = function (pattern, data) {
    if (isInvalid(pattern, data)) return emitBatch.call(this, pattern, data);
    const attributes = { [attr.ATTR_MESSAGING_BATCH_MESSAGE_COUNT]: data.messages.length };
    return publish(this, pattern, attributes, () => emitBatch.call(this, pattern, data));
  };
}

/** Nest refuses these: nothing is sent. */
function isInvalid(pattern: unknown, data: unknown): boolean {
  return pattern == null || data == null;
}

/**
 * One request: a CLIENT span from subscription to the last reply. The subscriber gets everything in the context
 * in which it subscribed; without that, its operators would run in the context of whoever opened the socket.
 */
function call(
  replies: Observable<unknown>,
  subscriber: { next(value: unknown): void; error(error: unknown): void; complete(): void },
  name: string,
  attributes: Attributes,
) {
  const caller = context.active();
  const span = tracer.startSpan(name, { kind: SpanKind.CLIENT, attributes }, caller);
  let open = true;
  let replied = false;
  const end = () => {
    open = false;
    span.end();
  };
  const subscription = context.with(trace.setSpan(caller, span), () =>
    replies.subscribe({
      next(value) {
        replied = true;
        context.with(caller, () => subscriber.next(value));
      },
      error(error: unknown) {
        fail(span, error, caller);
        end();
        context.with(caller, () => subscriber.error(error));
      },
      complete() {
        end();
        context.with(caller, () => subscriber.complete());
      },
    }),
  );
  return () => {
    if (open) {
      // Leaving after a reply is how `take(1)` and `firstValueFrom` work; before, the call came to nothing.
      if (!replied) failWith(span, CANCELLED, 'unsubscribed before a reply');
      end();
    }
    subscription.unsubscribe();
  };
}

/** One event: a PRODUCER span from the call, which is when Nest sends, until the transport has taken the message. */
function publish(client: Client, pattern: unknown, attributes: Attributes, send: () => Observable<unknown>) {
  const destination = String(client.normalizePattern(pattern));
  const caller = context.active();
  const span = tracer.startSpan(
    `send ${destination}`,
    {
      kind: SpanKind.PRODUCER,
      attributes: { ...tracedClient(client).event, [attr.ATTR_MESSAGING_DESTINATION_NAME]: destination, ...attributes },
    },
    caller,
  );
  const sent = context.with(trace.setSpan(caller, span), send);
  sent.subscribe({
    error(error: unknown) {
      fail(span, error, caller);
      span.end();
    },
    complete: () => span.end(),
  });
  return sent.pipe(keepContext());
}

function fail(span: Span, error: unknown, caller: Context): void {
  failCall(span, error);
  if (!hasEntrySpan(caller)) span.recordException(toException(error));
}

/** The active context as fields, undefined when no SDK runs or nothing is to be carried. */
function inject(): Fields | undefined {
  const fields: Fields = {};
  propagation.inject(allowedBaggageOnly(context.active()), fields);
  for (const _field in fields) return fields;
  return undefined;
}

const tracedClients = new WeakMap<object, Traced>();

/** What is known of a client; finding out happens at its first message. */
function tracedClient(client: Client): Traced {
  const known = tracedClients.get(client);
  if (known) return known;
  const transport = transportOfClient(client);
  const common = { ...transport.describe?.(client) };
  const canCarry = transport.canCarry?.(client) ?? true;
  const traced: Traced = {
    transport,
    canCarry,
    request: { [attr.ATTR_RPC_SYSTEM_NAME]: 'nestjs', ...common },
    event: {
      [attr.ATTR_MESSAGING_SYSTEM_NAME]: transport.system,
      [attr.ATTR_MESSAGING_OPERATION_NAME]: 'send',
      [attr.ATTR_MESSAGING_OPERATION_TYPE]: 'send',
      ...common,
    },
  };
  tracedClients.set(client, traced);
  connectOutsideAnyRequest(client, transport);
  if (canCarry) carryThroughSerializer(client, transport);
  return traced;
}

/** Sockets and their timers keep the context in which they were made: it must not be the first request's. */
function connectOutsideAnyRequest(client: Client, { connected }: TransportDescription): void {
  const connect = client.connect;
  client.connect = () => {
    const connection = context.with(ROOT_CONTEXT, connect, client);
    if (!connected) return connection;
    return connection.then((result) => {
      connected(client);
      return result;
    });
  };
}

/** The application's serialiser sees what it would see without us; headers are added to what it made. */
function carryThroughSerializer(client: Client, { carrier }: TransportDescription): void {
  const { serializer } = client;
  const { detach, attachSerialized } = carrier;
  if (!serializer || (!detach && !attachSerialized)) return;
  const attach = (message: unknown) => attachSerialized?.(message, inject) ?? message;
  client.serializer = {
    init: serializer.init?.bind(serializer),
    serialize(value, options) {
      const message = serializer.serialize(detach ? detach(value as Packet) : value, options);
      return message instanceof Promise ? message.then(attach) : attach(message);
    },
  };
}
