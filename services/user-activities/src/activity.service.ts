import { Injectable } from '@nestjs/common';
import { type Span } from '@opentelemetry/api';
import { type Activity, ActivityNotFoundError, type Reply, UserUnknownError } from '@cruddur/contracts';
import { Postgres, type Queryable } from '@cruddur/postgres';
import { withSpan } from '@cruddur/telemetry';
import { ActivityStore, type NewActivity, type NewReply } from './activity.store.js';
import { IdempotencyStore, type KeyedRequest } from './idempotency.store.js';
import { UserStore } from './user.store.js';

/** Creates activities and replies: once per Idempotency-Key, where there is one. */
@Injectable()
export class ActivityService {
  constructor(
    private readonly postgres: Postgres,
    private readonly activities: ActivityStore,
    private readonly users: UserStore,
    private readonly idempotency: IdempotencyStore,
  ) {}

  /** @throws UserUnknownError, IdempotencyKeyReusedError */
  createActivity(activity: NewActivity, key?: string): Promise<Activity> {
    return withSpan('create activity', async (span) => {
      const { user_uuid, message, ttl } = activity;
      const created = await this.once({ user_uuid, key, request: ['activity', message, ttl] }, async (on) => {
        const row = await this.activities.create(activity, on);
        if (!row) throw new UserUnknownError(422);
        return row;
      });
      return identify(span, created.uuid, created);
    });
  }

  /** @throws ActivityNotFoundError, UserUnknownError, IdempotencyKeyReusedError */
  createReply(reply: NewReply, key?: string): Promise<Reply> {
    return withSpan('create reply', async (span) => {
      const { user_uuid, message, activity_uuid } = reply;
      const request = ['reply', activity_uuid.toLowerCase(), message];
      const created = await this.once({ user_uuid, key, request }, async (on) => {
        const row = await this.activities.createReply(reply, on);
        if (!row)
          throw (await this.users.exists(user_uuid, on)) ? new ActivityNotFoundError() : new UserUnknownError(422);
        return row;
      });
      return identify(span, activity_uuid, created);
    });
  }

  private once<T>(
    { key, ...request }: Omit<KeyedRequest, 'key'> & { key: string | undefined },
    work: (on: Queryable) => Promise<T>,
  ): Promise<T> {
    // Without a key the work is a single statement, which is atomic as it is.
    return key === undefined ? work(this.postgres) : this.idempotency.once({ key, ...request }, work);
  }
}

function identify<T>(span: Span, activityUuid: string, created: T): T {
  span.setAttribute('cruddur.activity.uuid', activityUuid);
  return created;
}
