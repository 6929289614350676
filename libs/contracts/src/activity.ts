import { z } from 'zod';
import { HandleSchema, TimestampSchema, uuidSchema } from './identifiers.js';
import { visibleText } from './text.js';

/** How long an activity can live, in seconds. */
export const TTL_SECONDS = {
  '30-days': 30 * 86_400,
  '7-days': 7 * 86_400,
  '3-days': 3 * 86_400,
  '1-day': 86_400,
  '12-hours': 12 * 3_600,
  '3-hours': 3 * 3_600,
  '1-hour': 3_600,
} as const;

export type Ttl = keyof typeof TTL_SECONDS;
export const TTLS = Object.keys(TTL_SECONDS) as [Ttl, ...Ttl[]];
export const DEFAULT_TTL: Ttl = '7-days';

/** In code points. */
export const MESSAGE_MAX = 280;
export const REPLY_MAX = 1024;

/** A list shows this many of an activity's newest replies, a single activity that many; `replies_count` counts all. */
export const REPLIES_IN_LIST = 20;
export const REPLIES_IN_ACTIVITY = 1000;

const count = z.int().nonnegative();

/** Lives as long as the activity it answers, so it has no expiry of its own. */
export const ReplySchema = z.object({
  uuid: uuidSchema(),
  reply_to_activity_uuid: uuidSchema(),
  handle: HandleSchema,
  display_name: z.string(),
  message: z.string(),
  created_at: TimestampSchema,
});
export type Reply = z.infer<typeof ReplySchema>;

export const ActivitySchema = z.object({
  uuid: uuidSchema(),
  handle: HandleSchema,
  display_name: z.string(),
  message: z.string(),
  created_at: TimestampSchema,
  expires_at: TimestampSchema,
  likes_count: count,
  replies_count: count,
  reposts_count: count,
  /** Oldest first. */
  replies: z.array(ReplySchema),
});
export type Activity = z.infer<typeof ActivitySchema>;

/** What a user is told of: somebody's reply or mention, in the form of an activity. */
export const NotificationSchema = ActivitySchema.extend({
  kind: z.enum(['reply', 'mention']),
  /** The activity that this replies to; null for a mention in an activity. */
  reply_to_activity_uuid: uuidSchema().nullable(),
});
export type Notification = z.infer<typeof NotificationSchema>;

const codes = { blank: 'message_blank', tooLong: 'message_too_long', invalid: 'message_invalid' } as const;

export const CreateActivityRequestSchema = z.object(
  {
    message: visibleText(MESSAGE_MAX, codes),
    ttl: z.enum(TTLS, 'ttl_unknown').default(DEFAULT_TTL),
  },
  'body_invalid',
);
export type CreateActivityRequest = z.infer<typeof CreateActivityRequestSchema>;

export const CreateReplyRequestSchema = z.object({ message: visibleText(REPLY_MAX, codes) }, 'body_invalid');
export type CreateReplyRequest = z.infer<typeof CreateReplyRequestSchema>;
