import { type Context, propagation } from '@opentelemetry/api';
import { SmallBaggage } from './small-baggage.js';

export const DEFAULT_BAGGAGE_KEYS: ReadonlySet<string> = new Set(['user.id']);

let allowedKeys = DEFAULT_BAGGAGE_KEYS;

/** Sets the process's allow-list. */
export function allowBaggage(keys: ReadonlySet<string>): void {
  allowedKeys = keys;
}

/** The same context with only the allow-listed baggage entries left. */
export function allowedBaggageOnly(context: Context, allowed = allowedKeys): Context {
  const held = propagation.getBaggage(context);
  if (!held) return context;
  const baggage = SmallBaggage.of(held);
  return baggage.hasOnly(allowed) ? context : propagation.setBaggage(context, baggage.only(allowed));
}
