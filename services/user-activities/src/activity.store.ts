import { Injectable } from '@nestjs/common';
import {
  type Activity,
  type ActivityPage,
  type Reply,
  type SearchQuery,
  type TimelineQuery,
  TTL_SECONDS,
  type Ttl,
  pageValues,
  toPage,
} from '@cruddur/contracts';
import { Postgres, type Queryable } from '@cruddur/postgres';
import {
  CREATE_ACTIVITY,
  CREATE_REPLY,
  GET_ACTIVITY,
  LIST_ACTIVITIES,
  LIST_ACTIVITIES_OF_USER,
  SEARCH_ACTIVITIES,
} from './activity.sql.js';
import { mentionedHandles } from './mentions.js';
import { currentCarrier } from './outbox.store.js';

export interface NewActivity {
  user_uuid: string;
  message: string;
  ttl: Ttl;
}

export interface NewReply {
  user_uuid: string;
  message: string;
  activity_uuid: string;
}

/** Activities and their replies. An expired activity is nowhere, even while its row is still there. */
@Injectable()
export class ActivityStore {
  constructor(private readonly postgres: Postgres) {}

  async list(query: TimelineQuery): Promise<ActivityPage> {
    return toPage(await this.select({ ...LIST_ACTIVITIES, values: pageValues(query) }), query);
  }

  /** An unknown handle has no activities. */
  async listOfUser(handle: string, query: TimelineQuery): Promise<ActivityPage> {
    return toPage(await this.select({ ...LIST_ACTIVITIES_OF_USER, values: [...pageValues(query), handle] }), query);
  }

  async search(query: SearchQuery): Promise<ActivityPage> {
    return toPage(await this.select({ ...SEARCH_ACTIVITIES, values: [...pageValues(query), query.term] }), query);
  }

  async get(uuid: string): Promise<Activity | undefined> {
    const [activity] = await this.select({ ...GET_ACTIVITY, values: [uuid] });
    return activity;
  }

  /** Undefined when there is no such user. `on` is the transaction to take part in. */
  async create({ user_uuid, message, ttl }: NewActivity, on: Queryable): Promise<Activity | undefined> {
    const values = [user_uuid, message, TTL_SECONDS[ttl], mentionedHandles(message), currentCarrier()];
    const [activity] = await on.query<Activity>({ ...CREATE_ACTIVITY, values });
    return activity;
  }

  /** Undefined when there is no such user, or no such activity any more. */
  async createReply({ user_uuid, message, activity_uuid }: NewReply, on: Queryable): Promise<Reply | undefined> {
    const values = [user_uuid, message, activity_uuid, mentionedHandles(message), currentCarrier()];
    const [reply] = await on.query<Reply>({ ...CREATE_REPLY, values });
    return reply;
  }

  private select(statement: { name: string; text: string; values: unknown[] }): Promise<Activity[]> {
    return this.postgres.query<Activity>(statement);
  }
}
