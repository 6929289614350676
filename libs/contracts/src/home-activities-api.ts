import { z } from 'zod';
import { TimelineQuerySchema } from './queries.js';
import { ActivityPageSchema } from './user-activities-api.js';

/** `degraded` says that a neighbour did not answer and that this is the last known state, minus what has expired. */
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
