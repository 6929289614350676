import { z } from 'zod';
import { EventRejectedError } from './errors.js';

/** The attributes of CloudEvents 1.0 (https://github.com/cloudevents/spec) that an event has here; `data` is its own. */
const CloudEventSchema = z.object({
  specversion: z.literal('1.0'),
  /** The same for every delivery of an event. */
  id: z.uuid(),
  source: z.string(),
  type: z.string(),
  /** When it happened: RFC 3339, UTC. */
  time: z.iso.datetime(),
  data: z.unknown(),
});
export type CloudEvent<Data = unknown> = z.infer<typeof CloudEventSchema> & { data: Data };

/**
 * Makes the function that takes what has arrived as the event that it claims to be. Once for a kind of event: a schema
 * is compiled when it is first used, which costs more than many events.
 */
export function eventParser<Data extends z.ZodType>(data: Data): (received: unknown) => CloudEvent<z.output<Data>> {
  const schema = CloudEventSchema.extend({ data });
  return (received) => {
    const result = schema.safeParse(received);
    if (result.success) return result.data as CloudEvent<z.output<Data>>;
    const fields = new Set(result.error.issues.map(({ path }) => path.join('.') || 'event'));
    // No further delivery can help.
    throw new EventRejectedError(`not a valid event: ${[...fields].join(', ')}`);
  };
}
