import {
  type Activity,
  type ActivityPage,
  type CreateActivityCommand,
  type CreateReplyCommand,
  type NotificationPage,
  type Reply,
  type SearchQuery,
  type TimelineQuery,
  userActivitiesApi as api,
} from '@cruddur/contracts';
import { Upstream, type UpstreamOptions } from '@cruddur/upstream';

export class UserActivitiesClient {
  private readonly upstream: Upstream;

  constructor(options: Omit<UpstreamOptions, 'name'>) {
    this.upstream = new Upstream({ name: 'user-activities', ...options });
  }

  listUserActivities(handle: string, query: TimelineQuery): Promise<ActivityPage> {
    return this.upstream.call(api.listUserActivities, { params: { handle }, query });
  }

  searchActivities(query: SearchQuery): Promise<ActivityPage> {
    return this.upstream.call(api.searchActivities, { query });
  }

  listNotifications(userUuid: string, query: TimelineQuery): Promise<NotificationPage> {
    return this.upstream.call(api.listNotifications, { params: { user_uuid: userUuid }, query });
  }

  getActivity(uuid: string): Promise<Activity> {
    return this.upstream.call(api.getActivity, { params: { uuid } });
  }

  createActivity(body: CreateActivityCommand, idempotencyKey?: string): Promise<Activity> {
    return this.upstream.call(api.createActivity, { body, idempotencyKey });
  }

  createReply(uuid: string, body: CreateReplyCommand, idempotencyKey?: string): Promise<Reply> {
    return this.upstream.call(api.createReply, { params: { uuid }, body, idempotencyKey });
  }
}
