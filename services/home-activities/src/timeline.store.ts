import { Injectable } from '@nestjs/common';
import {
  type Activity,
  type ActivityCreated,
  type ActivityReplied,
  type ExportedActivity,
  pageValues,
  type Reply,
  type TimelineQuery,
  toPage,
} from '@cruddur/contracts';
import type { CloudEvent } from '@cruddur/messaging';
import { Postgres } from '@cruddur/postgres';
import {
  APPEND_ACTIVITY,
  APPEND_REPLY,
  FINISH_REBUILD,
  IS_COMPLETE,
  LIST_TIMELINE,
  RESTORE_ACTIVITIES,
  RESTORE_REPLIES,
} from './timeline.sql.js';

/** With whose names to look up. */
export type TimelineReply = Reply & { user_uuid: string };
export type TimelineEntry = Omit<Activity, 'replies'> & { user_uuid: string; replies: TimelineReply[] };

/** The home timeline, as the events have told it. */
@Injectable()
export class TimelineStore {
  constructor(private readonly postgres: Postgres) {}

  async list(query: TimelineQuery): Promise<{ entries: TimelineEntry[]; next_cursor: string | null }> {
    const rows = await this.postgres.query<TimelineEntry>({ ...LIST_TIMELINE, values: pageValues(query) });
    const { activities: entries, next_cursor } = toPage(rows, query);
    return { entries, next_cursor };
  }

  /** @returns whether the event was new: any delivery but the first changes nothing */
  async append({ id, data }: CloudEvent<ActivityCreated>): Promise<boolean> {
    const { uuid, user_uuid, handle, display_name, message, created_at, expires_at } = data;
    const values = [id, uuid, user_uuid, handle, display_name, message, created_at, expires_at];
    return (await this.postgres.queryTogether({ ...APPEND_ACTIVITY, values })).length > 0;
  }

  /** @returns whether the event was new */
  async appendReply({ id, data }: CloudEvent<ActivityReplied>): Promise<boolean> {
    const { uuid, activity_uuid, user_uuid, handle, display_name, message, created_at, expires_at } = data;
    const values = [id, uuid, activity_uuid, user_uuid, handle, display_name, message, created_at, expires_at];
    return (await this.postgres.queryTogether({ ...APPEND_REPLY, values })).length > 0;
  }

  /** Puts in what is missing, beside events that arrive meanwhile. */
  async restoreActivities(activities: ExportedActivity[]): Promise<void> {
    await this.postgres.query({ ...RESTORE_ACTIVITIES, values: [JSON.stringify(activities)] });
  }

  async restoreReplies(replies: ActivityReplied[]): Promise<void> {
    await this.postgres.query({ ...RESTORE_REPLIES, values: [JSON.stringify(replies)] });
  }

  /** Whether the timeline was ever filled from user-activities. */
  async isComplete(): Promise<boolean> {
    return (await this.postgres.query(IS_COMPLETE)).length > 0;
  }

  async finishRebuild({ activities, replies }: { activities: number; replies: number }): Promise<void> {
    await this.postgres.query({ ...FINISH_REBUILD, values: [activities, replies] });
  }
}
