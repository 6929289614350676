import type { Attributes } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';

/** About what a span without anything long in it takes, in memory as on the wire. */
const USUAL_BYTES = 1_024;
/** A text up to this long is a usual one. */
const USUAL_LENGTH = 128;

/**
 * About how many bytes a span takes, found at little cost: queues are bounded by it, so that spans with whole documents
 * in their attributes cannot take the memory of a service whose destination is away.
 */
export function sizeOfSpan({ attributes, events }: ReadableSpan): number {
  let size = USUAL_BYTES + sizeOfLongValues(attributes);
  for (const event of events) size += USUAL_LENGTH + sizeOfLongValues(event.attributes);
  return size;
}

function sizeOfLongValues(attributes: Attributes | undefined): number {
  let size = 0;
  for (const key in attributes) {
    const value = attributes[key];
    if (typeof value === 'string') size += value.length > USUAL_LENGTH ? value.length : 0;
    else if (typeof value === 'object' && value !== null) size += JSON.stringify(value).length;
  }
  return size;
}
