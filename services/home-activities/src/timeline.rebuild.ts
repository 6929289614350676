import { setTimeout as sleep } from 'node:timers/promises';
import { Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { LIMIT_MAX, type TimelineQuery } from '@cruddur/contracts';
import { withSpan } from '@cruddur/telemetry';
import { context, ROOT_CONTEXT } from '@opentelemetry/api';
import { type TimelineStore } from './timeline.store.js';
import { type UserActivitiesClient } from './user-activities.client.js';

export interface RebuildProgress {
  done: number;
  /** As it was at the start; what is posted meanwhile comes by events. */
  total: number;
}

const RETRY_MS = 500;
const MAX_RETRY_MS = 30_000;
/** A fresh system is to show its feed at the first request, yet a neighbour that is down must not hold up the start. */
const START_PATIENCE_MS = 5_000;

/**
 * Fills the timeline from what user-activities has. Events may arrive meanwhile: whatever is there twice is the same
 * row, and what is newer than the first page is in an event that is still to come.
 */
export class TimelineRebuild implements OnApplicationBootstrap, OnModuleDestroy {
  /** Whether the timeline was ever filled. Until then it may lack what was told before this service was there. */
  complete = false;
  private readonly logger = new Logger(TimelineRebuild.name);
  private readonly stopping = new AbortController();

  constructor(
    private readonly timeline: TimelineStore,
    private readonly userActivities: UserActivitiesClient,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    this.complete = await this.timeline.isComplete();
    if (this.complete) return;
    const { signal } = this.stopping;
    const patience = sleep(START_PATIENCE_MS, undefined, { signal, ref: false }).catch(() => undefined);
    await Promise.race([context.with(ROOT_CONTEXT, () => this.runUntilComplete()), patience]);
  }

  onModuleDestroy(): void {
    this.stopping.abort();
  }

  /** @throws ProblemError when user-activities does not answer; what was restored so far stays */
  async run(onProgress: (progress: RebuildProgress) => void = () => undefined): Promise<RebuildProgress> {
    const size = await withSpan('measure export', () => this.userActivities.measureExport());
    const progress = { done: 0, total: size.activities + size.replies };
    const add = (count: number) => onProgress({ ...progress, done: (progress.done += count) });
    const activities = await this.copy(add, async (query) => {
      const page = await this.userActivities.exportActivities(query);
      await this.timeline.restoreActivities(page.activities);
      return { count: page.activities.length, next_cursor: page.next_cursor };
    });
    const replies = await this.copy(add, async (query) => {
      const page = await this.userActivities.exportReplies(query);
      await this.timeline.restoreReplies(page.replies);
      return { count: page.replies.length, next_cursor: page.next_cursor };
    });
    await this.timeline.finishRebuild({ activities, replies });
    this.complete = true;
    return progress;
  }

  /** A trace per page: one for all of a large feed could not be read. */
  private async copy(
    add: (count: number) => void,
    copyPage: (query: TimelineQuery) => Promise<{ count: number; next_cursor: string | null }>,
  ): Promise<number> {
    let copied = 0;
    let cursor: string | undefined;
    do {
      this.stopping.signal.throwIfAborted();
      const page = await withSpan('rebuild timeline', () => copyPage({ limit: LIMIT_MAX, cursor }));
      copied += page.count;
      cursor = page.next_cursor ?? undefined;
      add(page.count);
    } while (cursor !== undefined);
    return copied;
  }

  private async runUntilComplete(): Promise<void> {
    const { signal } = this.stopping;
    for (let delay = RETRY_MS; !signal.aborted; delay = Math.min(MAX_RETRY_MS, delay * 2)) {
      try {
        const { done } = await this.run();
        return this.logger.log(`the timeline was empty: took ${done} activities and replies from user-activities`);
      } catch (error) {
        if (signal.aborted) return;
        // Said once: each further attempt would say the same.
        if (delay === RETRY_MS) this.logger.warn({ err: error }, 'the timeline is not complete yet: trying again');
      }
      await sleep(delay, undefined, { signal }).catch(() => undefined);
    }
  }
}
