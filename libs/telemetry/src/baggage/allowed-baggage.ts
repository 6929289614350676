import { type Baggage, type Context, propagation } from '@opentelemetry/api';

export const DEFAULT_BAGGAGE_KEYS: ReadonlySet<string> = new Set(['user.id']);

let allowedKeys = DEFAULT_BAGGAGE_KEYS;

/** Sets the process's allow-list. */
export function allowBaggage(keys: ReadonlySet<string>): void {
  allowedKeys = keys;
}

/** Baggage that was looked at already, and the allow-list that it passed: a request's own goes out with each of its calls. */
const passed = new WeakMap<Baggage, ReadonlySet<string>>();

/** The same context with only the allow-listed baggage entries left. */
export function allowedBaggageOnly(context: Context, allowed = allowedKeys): Context {
  const baggage = propagation.getBaggage(context);
  if (!baggage || passed.get(baggage) === allowed) return context;
  const refused = baggage.getAllEntries().filter(([key]) => !allowed.has(key));
  if (refused.length === 0) {
    passed.set(baggage, allowed);
    return context;
  }
  return propagation.setBaggage(context, baggage.removeEntries(...refused.map(([key]) => key)));
}
