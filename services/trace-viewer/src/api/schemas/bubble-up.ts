import { z } from 'zod';
import { Timestamp } from './fields.js';
import { Filter } from './query.js';

const box = z.strictObject({
  start: Timestamp,
  end: Timestamp,
  min_duration_ms: z.number().nonnegative(),
  max_duration_ms: z.number().nonnegative().nullable(),
});

/**
 * `POST /api/bubbleup`: spans matching `filters` between `start` and `end`; those inside `selection` against the rest.
 * With `whole_traces` a root span stands for its trace: attributes of all spans of the selected traces are compared.
 */
export const BubbleUpRequest = z
  .strictObject({
    start: Timestamp,
    end: Timestamp,
    filters: z.array(Filter).max(100).default([]),
    selection: box,
    whole_traces: z.boolean().default(true),
  })
  .meta({ id: 'BubbleUpRequest' });
export type BubbleUpRequest = z.infer<typeof BubbleUpRequest>;
