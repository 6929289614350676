import type { ComponentChildren } from 'preact';
import { ErrorNote, Nothing, Waiting } from '../ui/notes.js';
import { ActivityCard } from './activity-card.js';
import { list, loadMore, useList } from './list.js';

interface ListViewProps {
  path: string;
  empty: string;
  emptyHint?: ComponentChildren;
}

/** A list that loads itself, page by page. */
export function ListView({ path, empty, emptyHint }: ListViewProps) {
  useList(path);
  const more = () => void loadMore(path);
  const { items, next, degraded, error, loading } = list.value;
  return (
    <>
      {degraded && (
        <p class="note degraded" role="status">
          A part of Cruddur does not answer. You see the feed as it was last known.
        </p>
      )}
      {error && <ErrorNote error={error} onRetry={more} />}
      {!items && loading && <Waiting />}
      {items?.length === 0 && <Nothing title={empty}>{emptyHint}</Nothing>}
      <div class="cards">
        {items?.map((activity) => (
          <ActivityCard key={activity.uuid} activity={activity} />
        ))}
      </div>
      {next && !error && (
        <button class="button more" type="button" data-trace="older" disabled={loading} onClick={more}>
          {loading ? 'Loading…' : 'Older messages'}
        </button>
      )}
    </>
  );
}
