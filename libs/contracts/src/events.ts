import { z } from 'zod';
import { HandleSchema, TimestampSchema, uuidSchema } from './identifiers.js';

/** The `data` of the events that user-activities sends. Names are the author's at that moment. */
const author = { user_uuid: uuidSchema(), handle: HandleSchema, display_name: z.string() };

export const ActivityCreatedSchema = z.object({
  uuid: uuidSchema(),
  ...author,
  message: z.string(),
  created_at: TimestampSchema,
  /** Nobody is told when an activity expires: who keeps it knows from the start. */
  expires_at: TimestampSchema,
});
export type ActivityCreated = z.infer<typeof ActivityCreatedSchema>;

export const ActivityRepliedSchema = z.object({
  uuid: uuidSchema(),
  activity_uuid: uuidSchema(),
  ...author,
  message: z.string(),
  created_at: TimestampSchema,
  /** Of the activity, as a reply may arrive before what it answers. */
  expires_at: TimestampSchema,
});
export type ActivityReplied = z.infer<typeof ActivityRepliedSchema>;

/** Event types, which are the patterns of messages as well. */
export const ACTIVITY_CREATED = 'activity.created';
export const ACTIVITY_REPLIED = 'activity.replied';

/** The queue of a RabbitMQ from which home-activities reads. */
export const HOME_ACTIVITIES_QUEUE = 'home-activities';
