import { type Context, type TextMapGetter, type TextMapSetter, propagation } from '@opentelemetry/api';
import { W3CBaggagePropagator, isTracingSuppressed } from '@opentelemetry/core';
import { SmallBaggage } from '../baggage/small-baggage.js';

/** Below this none of the header's limits (https://www.w3.org/TR/baggage/#limits) can be reached. */
const SHORT = 1_000;

/** The stock one, which is asked where a limit could matter, for baggage that knows its header. */
export class BaggagePropagator extends W3CBaggagePropagator {
  override inject(context: Context, carrier: unknown, setter: TextMapSetter): void {
    const baggage = propagation.getBaggage(context);
    if (!(baggage instanceof SmallBaggage) || baggage.header.length > SHORT) super.inject(context, carrier, setter);
    else if (baggage.header !== '' && !isTracingSuppressed(context)) setter.set(carrier, 'baggage', baggage.header);
  }

  override extract(context: Context, carrier: unknown, getter: TextMapGetter): Context {
    const extracted = super.extract(context, carrier, getter);
    const baggage = propagation.getBaggage(extracted);
    return baggage && extracted !== context ? propagation.setBaggage(extracted, SmallBaggage.of(baggage)) : extracted;
  }
}
