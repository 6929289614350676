import { z } from 'zod';
import {
  ActivitySchema,
  CreateActivityRequestSchema,
  CreateReplyRequestSchema,
  NotificationSchema,
  ReplySchema,
} from './activity.js';
import { uuidSchema } from './identifiers.js';
import { SearchQuerySchema, TimelineQuerySchema } from './queries.js';
import { UserProfileSchema } from './user-profile.js';

const nextCursor = z.string().nullable();
const userUuid = uuidSchema('user_uuid_invalid');

/** One page between services; `next_cursor` is null on the last one. The public API gives the array and a Link header. */
export const ActivityPageSchema = z.object({ activities: z.array(ActivitySchema), next_cursor: nextCursor });
export type ActivityPage = z.infer<typeof ActivityPageSchema>;

export const NotificationPageSchema = z.object({ activities: z.array(NotificationSchema), next_cursor: nextCursor });
export type NotificationPage = z.infer<typeof NotificationPageSchema>;

/** The public request and who makes it: the gateway knows, user-activities is told. */
export const CreateActivityCommandSchema = CreateActivityRequestSchema.extend({ user_uuid: userUuid });
export type CreateActivityCommand = z.infer<typeof CreateActivityCommandSchema>;

export const CreateReplyCommandSchema = CreateReplyRequestSchema.extend({ user_uuid: userUuid });
export type CreateReplyCommand = z.infer<typeof CreateReplyCommandSchema>;

export const PROFILES_MAX = 200;

export const ProfilesRequestSchema = z.object(
  {
    user_uuids: z.array(uuidSchema('user_uuids_invalid'), 'user_uuids_invalid').max(PROFILES_MAX, 'user_uuids_invalid'),
  },
  'body_invalid',
);
export type ProfilesRequest = z.infer<typeof ProfilesRequestSchema>;

/** Users that do not exist are left out. */
export const ProfilesSchema = z.object({ profiles: z.array(UserProfileSchema) });
export type Profiles = z.infer<typeof ProfilesSchema>;

/**
 * The operations of user-activities. `path` is an RFC 6570 template, fit for a span's name; `idempotent` ones may be
 * repeated as they are, the others only with an Idempotency-Key.
 */
export const userActivitiesApi = {
  listActivities: {
    method: 'GET',
    path: '/activities',
    idempotent: true,
    status: 200,
    query: TimelineQuerySchema,
    response: ActivityPageSchema,
  },
  listUserActivities: {
    method: 'GET',
    path: '/users/{handle}/activities',
    idempotent: true,
    status: 200,
    query: TimelineQuerySchema,
    response: ActivityPageSchema,
  },
  searchActivities: {
    method: 'GET',
    path: '/activities/search',
    idempotent: true,
    status: 200,
    query: SearchQuerySchema,
    response: ActivityPageSchema,
  },
  listNotifications: {
    method: 'GET',
    path: '/users/{user_uuid}/notifications',
    idempotent: true,
    status: 200,
    query: TimelineQuerySchema,
    response: NotificationPageSchema,
  },
  getActivity: {
    method: 'GET',
    path: '/activities/{uuid}',
    idempotent: true,
    status: 200,
    response: ActivitySchema,
  },
  createActivity: {
    method: 'POST',
    path: '/activities',
    idempotent: false,
    status: 201,
    body: CreateActivityCommandSchema,
    response: ActivitySchema,
  },
  createReply: {
    method: 'POST',
    path: '/activities/{uuid}/replies',
    idempotent: false,
    status: 201,
    body: CreateReplyCommandSchema,
    response: ReplySchema,
  },
  /** A query by POST, because a page of UUIDs can outgrow a URL. */
  getProfiles: {
    method: 'POST',
    path: '/profiles',
    idempotent: true,
    status: 200,
    body: ProfilesRequestSchema,
    response: ProfilesSchema,
  },
} as const;
