import { REPLIES_IN_LIST } from '@cruddur/contracts';
import { deleteSome, statement } from '@cruddur/postgres';

/** $1..$3 are what `pageValues` makes. Replies oldest first; they are counted here, as their order of arrival is open. */
export const LIST_TIMELINE = statement(
  'timeline.list',
  `
    SELECT t.uuid, t.user_uuid, t.handle, t.display_name, t.message, rfc3339(t.created_at) AS created_at,
      rfc3339(t.expires_at) AS expires_at, t.likes_count, counted.replies_count, t.reposts_count,
      coalesce(answers.replies, '[]') AS replies
    FROM (SELECT * FROM timeline WHERE expires_at > now() AND (created_at, uuid) < ($1::timestamptz, $2::uuid)
      ORDER BY created_at DESC, uuid DESC LIMIT $3) t
    CROSS JOIN LATERAL (SELECT count(*)::int AS replies_count FROM timeline_replies WHERE activity_uuid = t.uuid) counted
    LEFT JOIN LATERAL (
      SELECT json_agg(json_build_object(
          'uuid', r.uuid, 'reply_to_activity_uuid', t.uuid, 'user_uuid', r.user_uuid, 'handle', r.handle,
          'display_name', r.display_name, 'message', r.message, 'created_at', rfc3339(r.created_at)
        ) ORDER BY r.created_at, r.uuid) AS replies
      FROM (SELECT * FROM timeline_replies WHERE activity_uuid = t.uuid
        ORDER BY created_at DESC, uuid DESC LIMIT ${REPLIES_IN_LIST}) r) answers ON counted.replies_count > 0
    ORDER BY t.created_at DESC, t.uuid DESC`,
);

/**
 * The first delivery of an event inserts a row, a further one only counts: who comes second waits for the first one's
 * commit. One statement is one transaction. A row comes back when the event was new, even where a rebuild was faster.
 */
const DELIVERY = `WITH delivery AS (
  INSERT INTO inbox AS seen (id) VALUES ($1) ON CONFLICT (id) DO UPDATE SET deliveries = seen.deliveries + 1
  RETURNING deliveries)`;

/** $1 event, then its data in the order of the columns. As JSON it would take PostgreSQL a quarter longer. */
export const APPEND_ACTIVITY = statement(
  'timeline.append_activity',
  `${DELIVERY}
  INSERT INTO timeline (uuid, user_uuid, handle, display_name, message, created_at, expires_at)
  SELECT $2::uuid, $3::uuid, $4, $5, $6, $7::timestamptz, $8::timestamptz FROM delivery WHERE deliveries = 1
  ON CONFLICT (uuid) DO UPDATE SET message = excluded.message RETURNING uuid`,
);
export const APPEND_REPLY = statement(
  'timeline.append_reply',
  `${DELIVERY}
  INSERT INTO timeline_replies
    (uuid, activity_uuid, user_uuid, handle, display_name, message, created_at, expires_at)
  SELECT $2::uuid, $3::uuid, $4::uuid, $5, $6, $7, $8::timestamptz, $9::timestamptz FROM delivery WHERE deliveries = 1
  ON CONFLICT (uuid) DO UPDATE SET message = excluded.message RETURNING uuid`,
);

/** $1 a page of the export as JSON. Counts and names of the export are the true ones. */
export const RESTORE_ACTIVITIES = statement(
  'timeline.restore_activities',
  `INSERT INTO timeline SELECT * FROM json_populate_recordset(NULL::timeline, $1::json)
  ON CONFLICT (uuid) DO UPDATE SET handle = excluded.handle, display_name = excluded.display_name,
    likes_count = excluded.likes_count, reposts_count = excluded.reposts_count`,
);
export const RESTORE_REPLIES = statement(
  'timeline.restore_replies',
  `INSERT INTO timeline_replies
  SELECT * FROM json_populate_recordset(NULL::timeline_replies, $1::json) WHERE expires_at > now()
  ON CONFLICT (uuid) DO UPDATE SET handle = excluded.handle, display_name = excluded.display_name`,
);
export const IS_COMPLETE = statement('timeline.is_complete', 'SELECT 1 FROM timeline_rebuilds LIMIT 1');
export const FINISH_REBUILD = statement(
  'timeline.finish_rebuild',
  'INSERT INTO timeline_rebuilds (activities, replies) VALUES ($1, $2) ON CONFLICT DO NOTHING',
);

/** An event is not delivered again after so long: whoever sent it has long been answered. */
const INBOX_KEPT = '7 days';

export const EXPIRED = [
  deleteSome('timeline', 'uuid', 'expires_at <= now()'),
  deleteSome('timeline_replies', 'uuid', 'expires_at <= now()'),
  deleteSome('inbox', 'id', `received_at < now() - interval '${INBOX_KEPT}'`),
];
