import { homeActivitiesApi as api, type HomeTimelinePage, type TimelineQuery } from '@cruddur/contracts';
import { Upstream, type UpstreamOptions } from '@cruddur/upstream';

export class HomeActivitiesClient {
  private readonly upstream: Upstream;

  constructor(options: Omit<UpstreamOptions, 'name'>) {
    this.upstream = new Upstream({ name: 'home-activities', retries: 1, ...options });
  }

  loadHomeTimeline(query: TimelineQuery): Promise<HomeTimelinePage> {
    return this.upstream.call(api.loadHomeTimeline, { query });
  }
}
