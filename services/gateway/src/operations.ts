import {
  ActivitySchema,
  CreateActivityRequestSchema,
  CreateReplyRequestSchema,
  IdempotencyKeySchema,
  NotificationSchema,
  ReplySchema,
  SearchQuerySchema,
  TimelineQuerySchema,
  uuidSchema,
} from '@cruddur/contracts';
import { z } from 'zod';

/** One operation of the public API, from which its description is generated. Errors are by status, beside {@link EVERYWHERE}. */
export interface Operation {
  id: string;
  method: 'get' | 'post';
  path: string;
  summary: string;
  params?: Record<string, z.ZodType>;
  query?: z.ZodObject;
  headers?: Record<string, z.ZodType>;
  body?: z.ZodType;
  status: 200 | 201;
  response: z.ZodType;
  responseHeaders?: Record<string, string>;
  errors?: Record<number, string>;
}

/** Any request can end in these. */
export const EVERYWHERE: Record<number, string> = {
  400: 'The URL, the body or the HTTP itself is malformed.',
  500: 'A mistake of ours.',
};

const UPSTREAM = {
  502: 'A service behind the gateway failed.',
  503: 'A service behind the gateway takes no requests now; Retry-After says when to try again.',
  504: 'A service behind the gateway took too long.',
};
const INVALID = { 422: 'The request is well-formed and breaks a rule; `errors` says which.' };
const BODY = {
  413: 'The body is larger than 64 kB.',
  415: 'The body is not application/json.',
  422: 'The request is well-formed and breaks a rule, or its Idempotency-Key came before with another request.',
};
const NO_ACTIVITY = { 404: 'There is no such activity, or it has expired.' };
const LINK = { Link: 'The next page, with `rel="next"` (RFC 8288). The last page has none.' };
const idempotencyKey = { 'Idempotency-Key': IdempotencyKeySchema.optional() };

export const operations: readonly Operation[] = [
  {
    id: 'listHomeActivities',
    method: 'get',
    path: '/api/activities/home',
    summary: 'The home timeline: unexpired activities of everybody, newest first',
    query: TimelineQuerySchema,
    status: 200,
    response: z.array(ActivitySchema),
    responseHeaders: {
      ...LINK,
      'Cruddur-Degraded': 'The service that did not answer; the timeline is then the last known one.',
    },
    errors: { ...INVALID, ...UPSTREAM },
  },
  {
    id: 'searchActivities',
    method: 'get',
    path: '/api/activities/search',
    summary: 'Unexpired activities that match a search term, newest first',
    query: SearchQuerySchema,
    status: 200,
    response: z.array(ActivitySchema),
    responseHeaders: LINK,
    errors: { ...INVALID, ...UPSTREAM },
  },
  {
    id: 'listNotifications',
    method: 'get',
    path: '/api/activities/notifications',
    summary: 'Replies to, and mentions of, the requesting user, newest first',
    query: TimelineQuerySchema,
    status: 200,
    response: z.array(NotificationSchema),
    responseHeaders: LINK,
    errors: { 404: 'The requesting user does not exist.', ...INVALID, ...UPSTREAM },
  },
  {
    id: 'listUserActivities',
    method: 'get',
    path: '/api/activities/@{handle}',
    summary: "A user's unexpired activities, newest first",
    params: { handle: z.string().max(30) },
    query: TimelineQuerySchema,
    status: 200,
    response: z.array(ActivitySchema),
    responseHeaders: LINK,
    errors: { 404: 'No user has this handle.', ...INVALID, ...UPSTREAM },
  },
  {
    id: 'getActivity',
    method: 'get',
    path: '/api/activities/{uuid}',
    summary: 'One activity with its replies',
    params: { uuid: uuidSchema() },
    status: 200,
    response: ActivitySchema,
    errors: { ...NO_ACTIVITY, ...UPSTREAM },
  },
  {
    id: 'createActivity',
    method: 'post',
    path: '/api/activities',
    summary: 'Say something',
    headers: idempotencyKey,
    body: CreateActivityRequestSchema,
    status: 201,
    response: ActivitySchema,
    errors: { ...BODY, ...UPSTREAM },
  },
  {
    id: 'createReply',
    method: 'post',
    path: '/api/activities/{uuid}/reply',
    summary: 'Reply to an activity',
    params: { uuid: uuidSchema() },
    headers: idempotencyKey,
    body: CreateReplyRequestSchema,
    status: 201,
    response: ReplySchema,
    errors: { ...NO_ACTIVITY, ...BODY, ...UPSTREAM },
  },
  {
    id: 'getApiDescription',
    method: 'get',
    path: '/api/openapi.json',
    summary: 'This description',
    status: 200,
    response: z.looseObject({ openapi: z.string() }),
  },
];
