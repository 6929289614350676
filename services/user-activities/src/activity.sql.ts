import { ACTIVITY_CREATED, ACTIVITY_REPLIED, REPLIES_IN_ACTIVITY, REPLIES_IN_LIST } from '@cruddur/contracts';
import { deleteSome, statement } from '@cruddur/postgres';

/** The statements about activities. $1..$3 of a list are what `pageValues` makes. */

const after = (row: string) => `(${row}.created_at, ${row}.uuid) < ($1::timestamptz, $2::uuid)`;
const newestFirst = (row: string) => `${row}.created_at DESC, ${row}.uuid DESC`;

/** The last `limit` replies to activity `a` as JSON, oldest first; not looked for where `when` already says no. */
function replies(limit: number, when: string): string {
  return `LEFT JOIN LATERAL (
    SELECT json_agg(json_build_object(
        'uuid', r.uuid, 'reply_to_activity_uuid', a.uuid, 'handle', author.handle,
        'display_name', author.display_name, 'message', r.message, 'created_at', rfc3339(r.created_at)
      ) ORDER BY r.created_at, r.uuid) AS replies
    FROM (SELECT * FROM replies WHERE activity_uuid = a.uuid AND ${when}
          ORDER BY created_at DESC, uuid DESC LIMIT ${limit}) r
    JOIN users author ON author.uuid = r.user_uuid) answers ON true`;
}

/** Activities with author and replies, in one statement. `source` selects the rows of activities and their number. */
function activities(source: string, repliesLimit: number): string {
  return `
    SELECT a.uuid, u.handle, u.display_name, a.message,
      rfc3339(a.created_at) AS created_at, rfc3339(a.expires_at) AS expires_at,
      a.likes_count, a.replies_count, a.reposts_count, coalesce(answers.replies, '[]') AS replies
    FROM (${source}) a
    JOIN users u ON u.uuid = a.user_uuid
    ${replies(repliesLimit, 'a.replies_count > 0')}
    ORDER BY ${newestFirst('a')}`;
}

function page(condition = 'true'): string {
  const source = `SELECT * FROM activities a WHERE a.expires_at > now() AND ${after('a')} AND ${condition}
    ORDER BY ${newestFirst('a')} LIMIT $3`;
  return activities(source, REPLIES_IN_LIST);
}

export const LIST_ACTIVITIES = statement('activities.list', page());

export const LIST_ACTIVITIES_OF_USER = statement(
  'activities.list_of_user',
  // A subquery and not a join: the planner then knows that there is one user, and reads that user's index in order.
  page('a.user_uuid = (SELECT uuid FROM users WHERE handle = $4)'),
);

export const SEARCH_ACTIVITIES = statement(
  'activities.search',
  page(`a.search @@ websearch_to_tsquery('english', $4)`),
);

export const GET_ACTIVITY = statement(
  'activities.get',
  activities('SELECT * FROM activities WHERE uuid = $1 AND expires_at > now()', REPLIES_IN_ACTIVITY),
);

/** $4 user. What is told of is a reply `r` where there is one, or else the activity itself. */
export const LIST_NOTIFICATIONS = statement(
  'notifications.list',
  `
    SELECT n.uuid, u.handle, u.display_name, coalesce(r.message, a.message) AS message,
      rfc3339(n.created_at) AS created_at, rfc3339(a.expires_at) AS expires_at,
      CASE WHEN r.uuid IS NULL THEN a.likes_count ELSE 0 END AS likes_count,
      CASE WHEN r.uuid IS NULL THEN a.replies_count ELSE 0 END AS replies_count,
      CASE WHEN r.uuid IS NULL THEN a.reposts_count ELSE 0 END AS reposts_count,
      coalesce(answers.replies, '[]') AS replies,
      n.kind, r.activity_uuid AS reply_to_activity_uuid
    FROM notifications n
    JOIN activities a ON a.uuid = n.activity_uuid
    LEFT JOIN replies r ON r.uuid = n.reply_uuid
    JOIN users u ON u.uuid = coalesce(r.user_uuid, a.user_uuid)
    ${replies(REPLIES_IN_LIST, 'a.replies_count > 0 AND n.reply_uuid IS NULL')}
    WHERE n.user_uuid = $4 AND a.expires_at > now() AND ${after('n')}
    ORDER BY ${newestFirst('n')} LIMIT $3`,
);

/** $1 user, $2 message, $3 seconds to live, $4 mentioned handles, $5 carrier. No row when there is no such user. */
export const CREATE_ACTIVITY = statement(
  'activities.create',
  `
    WITH author AS (SELECT * FROM users WHERE uuid = $1),
    created AS (
      INSERT INTO activities (user_uuid, message, expires_at)
      SELECT uuid, $2, now() + make_interval(secs => $3) FROM author
      RETURNING *),
    mentioned AS (
      INSERT INTO notifications (user_uuid, uuid, kind, activity_uuid, created_at)
      SELECT u.uuid, c.uuid, 'mention', c.uuid, c.created_at
      FROM created c JOIN users u ON u.handle = ANY ($4::text[]) AND u.uuid <> c.user_uuid),
    queued AS (
      INSERT INTO outbox (type, data, carrier)
      SELECT '${ACTIVITY_CREATED}', json_build_object(
          'uuid', c.uuid, 'user_uuid', c.user_uuid, 'handle', author.handle, 'display_name', author.display_name,
          'message', c.message, 'created_at', rfc3339(c.created_at), 'expires_at', rfc3339(c.expires_at)
        ), $5::json
      FROM created c, author)
    SELECT c.uuid, author.handle, author.display_name, c.message,
      rfc3339(c.created_at) AS created_at, rfc3339(c.expires_at) AS expires_at,
      c.likes_count, c.replies_count, c.reposts_count, '[]'::json AS replies
    FROM created c, author`,
);

/**
 * $1 user, $2 message, $3 activity, $4 mentioned handles, $5 carrier. No row when the user or a living activity is
 * missing. The update locks the activity, so its count is right whoever else answers, and it cannot expire in between.
 */
export const CREATE_REPLY = statement(
  'replies.create',
  `
    WITH author AS (SELECT * FROM users WHERE uuid = $1),
    answered AS (
      UPDATE activities SET replies_count = replies_count + 1
      WHERE uuid = $3 AND expires_at > now() AND EXISTS (SELECT FROM author)
      RETURNING uuid, user_uuid, expires_at),
    created AS (
      INSERT INTO replies (activity_uuid, user_uuid, message)
      SELECT answered.uuid, author.uuid, $2 FROM answered, author
      RETURNING *),
    told AS (
      SELECT user_uuid AS uuid, 'reply' AS kind FROM answered
      UNION ALL
      SELECT u.uuid, 'mention' FROM users u, answered WHERE u.handle = ANY ($4::text[]) AND u.uuid <> answered.user_uuid),
    notified AS (
      INSERT INTO notifications (user_uuid, uuid, kind, activity_uuid, reply_uuid, created_at)
      SELECT told.uuid, c.uuid, told.kind, c.activity_uuid, c.uuid, c.created_at
      FROM created c JOIN told ON told.uuid <> c.user_uuid),
    queued AS (
      INSERT INTO outbox (type, data, carrier)
      SELECT '${ACTIVITY_REPLIED}', json_build_object(
          'uuid', c.uuid, 'activity_uuid', c.activity_uuid, 'user_uuid', c.user_uuid, 'handle', author.handle,
          'display_name', author.display_name, 'message', c.message, 'created_at', rfc3339(c.created_at),
          'expires_at', rfc3339(answered.expires_at)
        ), $5::json
      FROM created c, author, answered)
    SELECT c.uuid, c.activity_uuid AS reply_to_activity_uuid, author.handle, author.display_name, c.message,
      rfc3339(c.created_at) AS created_at
    FROM created c, author`,
);

/** With all that hangs on them. */
export const EXPIRED_ACTIVITIES = deleteSome('activities', 'uuid', 'expires_at <= now() ORDER BY expires_at');
