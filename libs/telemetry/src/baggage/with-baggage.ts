import { context, propagation, trace } from '@opentelemetry/api';
import { SmallBaggage } from './small-baggage.js';

/**
 * Runs `fn` with these baggage entries added to the active context, and sets them on the active span.
 * Spans started inside carry them too, here and in every service behind, for allow-listed keys
 * (TELEMETRY_BAGGAGE_KEYS). Baggage crosses the network in clear: no secret, no personal data.
 */
export function withBaggage<T>(entries: Record<string, string>, fn: () => T): T {
  const active = context.active();
  const span = trace.getSpan(active);
  let baggage = SmallBaggage.of(propagation.getBaggage(active));
  for (const key in entries) {
    const value = entries[key]!;
    baggage = baggage.setEntry(key, { value });
    span?.setAttribute(key, value);
  }
  return context.with(propagation.setBaggage(active, baggage), fn);
}
