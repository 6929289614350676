import { z } from 'zod';
import { ActivityCreatedSchema, ActivityRepliedSchema } from './events.js';

const count = z.int().nonnegative();
const nextCursor = z.string().nullable();

/** What the events have told so far, for whoever has to begin anew: everything that has not expired, newest first. */
export const ExportSizeSchema = z.object({ activities: count, replies: count });
export type ExportSize = z.infer<typeof ExportSizeSchema>;

export const ExportedActivitySchema = ActivityCreatedSchema.extend({ likes_count: count, reposts_count: count });
export type ExportedActivity = z.infer<typeof ExportedActivitySchema>;

export const ExportedActivitiesSchema = z.object({
  activities: z.array(ExportedActivitySchema),
  next_cursor: nextCursor,
});
export type ExportedActivities = z.infer<typeof ExportedActivitiesSchema>;

export const ExportedRepliesSchema = z.object({ replies: z.array(ActivityRepliedSchema), next_cursor: nextCursor });
export type ExportedReplies = z.infer<typeof ExportedRepliesSchema>;
