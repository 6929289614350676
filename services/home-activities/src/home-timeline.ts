import { Injectable, Logger } from '@nestjs/common';
import { type ActivityPage, type HomeTimelinePage, ProblemError, type TimelineQuery } from '@cruddur/contracts';
import { withSpan } from '@cruddur/telemetry';
import type { Span } from '@opentelemetry/api';
import { UserActivitiesClient } from './user-activities.client.js';

/** First pages are remembered for this many different limits; people use one or two. */
const REMEMBERED_PAGES = 8;

/** Who posted what lately. While user-activities is slow or down, the first page is the last one that it gave. */
@Injectable()
export class HomeTimeline {
  private readonly logger = new Logger(HomeTimeline.name);
  private readonly firstPages = new Map<number, ActivityPage>();

  constructor(private readonly userActivities: UserActivitiesClient) {}

  load(query: TimelineQuery): Promise<HomeTimelinePage> {
    return withSpan('load home timeline', async (span) => {
      const page = await this.ask(query, span);
      span.setAttribute('cruddur.activities.count', page.activities.length);
      return page;
    });
  }

  private async ask(query: TimelineQuery, span: Span): Promise<HomeTimelinePage> {
    try {
      const page = await this.userActivities.listActivities(query);
      if (query.cursor === undefined) this.remember(query.limit, page);
      return { ...page, degraded: false };
    } catch (error) {
      const page = query.cursor === undefined && isFault(error) ? this.firstPages.get(query.limit) : undefined;
      if (!page) throw error;
      span.setAttribute('cruddur.degraded', true);
      span.addEvent('answered from memory', { 'cruddur.upstream': 'user-activities' });
      this.logger.warn({ err: error }, 'user-activities did not answer: the home timeline is the last known one');
      return { ...page, activities: unexpired(page.activities), degraded: true };
    }
  }

  /** The limit that was used longest ago makes room. */
  private remember(limit: number, page: ActivityPage): void {
    this.firstPages.delete(limit);
    this.firstPages.set(limit, page);
    if (this.firstPages.size <= REMEMBERED_PAGES) return;
    for (const oldest of this.firstPages.keys()) {
      this.firstPages.delete(oldest);
      return;
    }
  }
}

/** What user-activities refuses (a cursor it did not give out) is an answer, not a failure. */
function isFault(error: unknown): boolean {
  return !(error instanceof ProblemError) || error.status >= 500;
}

function unexpired(activities: ActivityPage['activities']): ActivityPage['activities'] {
  const now = Date.now();
  return activities.filter(({ expires_at }) => Date.parse(expires_at) > now);
}
