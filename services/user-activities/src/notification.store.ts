import { Injectable } from '@nestjs/common';
import { type Notification, type NotificationPage, type TimelineQuery } from '@cruddur/contracts';
import { Postgres } from '@cruddur/postgres';
import { LIST_NOTIFICATIONS } from './activity.sql.js';
import { pageValues, toPage } from './page.js';

/** Replies to a user's activities and mentions of the user, by others. */
@Injectable()
export class NotificationStore {
  constructor(private readonly postgres: Postgres) {}

  /** An unknown user has none. */
  async list(userUuid: string, query: TimelineQuery): Promise<NotificationPage> {
    const values = [...pageValues(query), userUuid];
    return toPage(await this.postgres.query<Notification>({ ...LIST_NOTIFICATIONS, values }), query);
  }
}
