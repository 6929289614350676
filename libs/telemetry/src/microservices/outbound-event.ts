import { type Attributes, context, createContextKey, propagation } from '@opentelemetry/api';
import { EMPTY_CONTEXT } from '../tracer/linked-context.js';

/** What the code that sends an event knows of it and the client does not. */
export interface OutboundEvent {
  /** For the producer span: `messaging.message.id`, how long the event has waited. */
  attributes?: Attributes;
  /** What the propagator wrote where the event comes from: it is sent in that context instead of the active one. */
  carrier?: Record<string, string>;
}

export const OUTBOUND_EVENT = createContextKey('cruddur.telemetry.outbound-event');

/**
 * Describes the event that `fn` sends through a `ClientProxy`. A `send()` that is subscribed to in `fn` is an event as
 * well, one whose reply is the acknowledgement: transports without a broker have no other way to give one.
 */
export function withOutboundEvent<T>(event: OutboundEvent, fn: () => T): T {
  const origin = event.carrier ? propagation.extract(EMPTY_CONTEXT, event.carrier) : context.active();
  return context.with(origin.setValue(OUTBOUND_EVENT, event), fn);
}
