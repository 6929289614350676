import { type Attributes, context, createContextKey } from '@opentelemetry/api';

/** What the code that sends an event knows of it and the client does not. */
export interface OutboundEvent {
  /** For the producer span: `messaging.message.id`, how long the event has waited. */
  attributes?: Attributes;
}

export const OUTBOUND_EVENT = createContextKey('cruddur.telemetry.outbound-event');

/**
 * Describes the event that `fn` sends through a `ClientProxy`. A `send()` that is subscribed to in `fn` is an event as
 * well, one whose reply is the acknowledgement: transports without a broker have no other way to give one.
 */
export function withOutboundEvent<T>(event: OutboundEvent, fn: () => T): T {
  return context.with(context.active().setValue(OUTBOUND_EVENT, event), fn);
}
