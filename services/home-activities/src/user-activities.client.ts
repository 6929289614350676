import { type ActivityPage, type TimelineQuery, userActivitiesApi as api } from '@cruddur/contracts';
import { Upstream, type UpstreamOptions } from '@cruddur/upstream';

/** user-activities, as this service uses it. */
export class UserActivitiesClient {
  private readonly upstream: Upstream;

  constructor(options: Omit<UpstreamOptions, 'name'>) {
    this.upstream = new Upstream({ name: 'user-activities', retries: 1, ...options });
  }

  listActivities(query: TimelineQuery): Promise<ActivityPage> {
    return this.upstream.call(api.listActivities, { query });
  }
}
