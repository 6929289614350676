import { z } from 'zod';
import { TimelineQuerySchema } from './queries.js';
import { ActivityPageSchema } from './user-activities-api.js';

/** `degraded` says that user-activities did not answer: names are the last known ones, or the timeline is not complete. */
export const HomeTimelinePageSchema = ActivityPageSchema.extend({ degraded: z.boolean() });
export type HomeTimelinePage = z.infer<typeof HomeTimelinePageSchema>;

/** The operations of home-activities. */
export const homeActivitiesApi = {
  loadHomeTimeline: {
    method: 'GET',
    path: '/activities/home',
    idempotent: true,
    status: 200,
    query: TimelineQuerySchema,
    response: HomeTimelinePageSchema,
  },
} as const;
