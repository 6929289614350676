import { Injectable, Logger } from '@nestjs/common';
import { type HomeTimelinePage, PROFILES_MAX, type TimelineQuery, type UserProfile } from '@cruddur/contracts';
import { withSpan } from '@cruddur/telemetry';
import type { Span } from '@opentelemetry/api';
import { TimelineRebuild } from './timeline.rebuild.js';
import { type TimelineEntry, TimelineStore } from './timeline.store.js';
import { UserActivitiesClient } from './user-activities.client.js';

type Profiles = ReadonlyMap<string, UserProfile>;
const NO_PROFILES: Profiles = new Map();

/** Who posted what lately, under the names that people have now; or had last, while user-activities does not answer. */
@Injectable()
export class HomeTimeline {
  private readonly logger = new Logger(HomeTimeline.name);

  constructor(
    private readonly timeline: TimelineStore,
    private readonly userActivities: UserActivitiesClient,
    private readonly rebuild: TimelineRebuild,
  ) {}

  load(query: TimelineQuery): Promise<HomeTimelinePage> {
    return withSpan('load home timeline', async (span) => {
      const { entries, next_cursor } = await this.timeline.list(query);
      const profiles = await this.profilesOf(entries, span);
      const degraded = profiles === undefined || !this.rebuild.complete;
      span.setAttribute('cruddur.activities.count', entries.length);
      if (degraded) span.setAttribute('cruddur.degraded', true);
      return { activities: entries.map((entry) => named(entry, profiles ?? NO_PROFILES)), next_cursor, degraded };
    });
  }

  /** All of a page in one call; undefined when there is no answer. */
  private async profilesOf(entries: TimelineEntry[], span: Span): Promise<Profiles | undefined> {
    const users = authorsOf(entries);
    if (users.length === 0) return NO_PROFILES;
    try {
      const { profiles } = await this.userActivities.getProfiles(users);
      return new Map(profiles.map((profile) => [profile.uuid, profile]));
    } catch (error) {
      span.addEvent('names are the last known ones', { 'cruddur.upstream': 'user-activities' });
      this.logger.warn({ err: error }, 'user-activities did not answer: names on the home timeline are the last known');
      return undefined;
    }
  }
}

/** Of activities first: should there be more than one call may ask for, some who replied keep their last known names. */
function authorsOf(entries: TimelineEntry[]): string[] {
  const users = new Set(entries.map(({ user_uuid }) => user_uuid));
  for (const { replies } of entries) for (const { user_uuid } of replies) users.add(user_uuid);
  return [...users].slice(0, PROFILES_MAX);
}

function named({ user_uuid, replies, ...entry }: TimelineEntry, profiles: Profiles) {
  return {
    ...entry,
    ...namesIn(profiles, user_uuid),
    replies: replies.map(({ user_uuid, ...reply }) => ({ ...reply, ...namesIn(profiles, user_uuid) })),
  };
}

function namesIn(profiles: Profiles, userUuid: string): Partial<Pick<UserProfile, 'handle' | 'display_name'>> {
  const profile = profiles.get(userUuid);
  return profile ? { handle: profile.handle, display_name: profile.display_name } : {};
}
