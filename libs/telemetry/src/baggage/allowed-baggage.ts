import { type Context, propagation } from '@opentelemetry/api';

/** The same context with only the allow-listed baggage entries left. */
export function allowedBaggageOnly(context: Context, allowed: ReadonlySet<string>): Context {
  const baggage = propagation.getBaggage(context);
  if (!baggage) return context;
  const refused = baggage.getAllEntries().filter(([key]) => !allowed.has(key));
  if (refused.length === 0) return context;
  return propagation.setBaggage(context, baggage.removeEntries(...refused.map(([key]) => key)));
}
