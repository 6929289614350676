import {
  type ExportedActivities,
  type ExportedReplies,
  type ExportSize,
  type Profiles,
  type TimelineQuery,
  userActivitiesApi as api,
} from '@cruddur/contracts';
import { Upstream, type UpstreamOptions } from '@cruddur/upstream';

/** user-activities, as this service uses it. */
export class UserActivitiesClient {
  private readonly upstream: Upstream;

  constructor(options: Omit<UpstreamOptions, 'name'>) {
    this.upstream = new Upstream({ name: 'user-activities', retries: 1, ...options });
  }

  /** At most PROFILES_MAX users; those that do not exist are left out. */
  getProfiles(userUuids: string[]): Promise<Profiles> {
    return this.upstream.call(api.getProfiles, { body: { user_uuids: userUuids } });
  }

  measureExport(): Promise<ExportSize> {
    return this.upstream.call(api.measureExport);
  }

  exportActivities(query: TimelineQuery): Promise<ExportedActivities> {
    return this.upstream.call(api.exportActivities, { query });
  }

  exportReplies(query: TimelineQuery): Promise<ExportedReplies> {
    return this.upstream.call(api.exportReplies, { query });
  }
}
