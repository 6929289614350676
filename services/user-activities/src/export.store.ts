import { Injectable } from '@nestjs/common';
import {
  type ActivityReplied,
  type ExportedActivities,
  type ExportedActivity,
  type ExportedReplies,
  type ExportSize,
  type TimelineQuery,
  pageValues,
  toPage,
} from '@cruddur/contracts';
import { Postgres, statement } from '@cruddur/postgres';

const MEASURE = statement(
  'exports.measure',
  `SELECT (SELECT count(*)::int FROM activities WHERE expires_at > now()) AS activities,
    (SELECT count(*)::int FROM replies JOIN activities a ON a.uuid = activity_uuid WHERE a.expires_at > now()) AS replies`,
);

/** $1..$3 of both are what `pageValues` makes. */
export const EXPORT_ACTIVITIES = statement(
  'exports.activities',
  `SELECT a.uuid, a.user_uuid, u.handle, u.display_name, a.message, rfc3339(a.created_at) AS created_at,
    rfc3339(a.expires_at) AS expires_at, a.likes_count, a.reposts_count
  FROM (SELECT * FROM activities WHERE expires_at > now() AND (created_at, uuid) < ($1::timestamptz, $2::uuid)
    ORDER BY created_at DESC, uuid DESC LIMIT $3) a
  JOIN users u ON u.uuid = a.user_uuid ORDER BY a.created_at DESC, a.uuid DESC`,
);
export const EXPORT_REPLIES = statement(
  'exports.replies',
  `SELECT r.uuid, r.activity_uuid, r.user_uuid, u.handle, u.display_name, r.message,
    rfc3339(r.created_at) AS created_at, rfc3339(a.expires_at) AS expires_at
  FROM (SELECT * FROM replies WHERE (created_at, uuid) < ($1::timestamptz, $2::uuid)
    ORDER BY created_at DESC, uuid DESC LIMIT $3) r
  JOIN activities a ON a.uuid = r.activity_uuid JOIN users u ON u.uuid = r.user_uuid
  ORDER BY r.created_at DESC, r.uuid DESC`,
);

/** Everything that the events have told, page by page, for a service that begins anew. */
@Injectable()
export class ExportStore {
  constructor(private readonly postgres: Postgres) {}

  async measure(): Promise<ExportSize> {
    return (await this.postgres.query<ExportSize>(MEASURE))[0]!;
  }

  async activities(query: TimelineQuery): Promise<ExportedActivities> {
    return toPage(
      await this.postgres.query<ExportedActivity>({ ...EXPORT_ACTIVITIES, values: pageValues(query) }),
      query,
    );
  }

  /** Of activities that have expired, too, as long as they are there: the reader drops them. */
  async replies(query: TimelineQuery): Promise<ExportedReplies> {
    const rows = await this.postgres.query<ActivityReplied>({ ...EXPORT_REPLIES, values: pageValues(query) });
    const { activities: replies, next_cursor } = toPage(rows, query);
    return { replies, next_cursor };
  }
}
