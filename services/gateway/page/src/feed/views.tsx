import { useEffect, useState } from 'preact/hooks';
import { getActivity, homePath, notificationsPath, post, profilePath, reply, searchPath } from '../api/client.js';
import { type Activity, MESSAGE_MAX, REPLY_MAX } from '../api/types.js';
import { Avatar } from '../ui/avatar.js';
import { SearchIcon } from '../ui/icons.js';
import { ErrorNote, Nothing, Waiting } from '../ui/notes.js';
import { navigate, term } from '../ui/router.js';
import { ActivityCard, ReplyCard } from './activity-card.js';
import { Composer } from './composer.js';
import { ListView } from './list-view.js';
import { list, prepend } from './list.js';

export function HomeView() {
  return (
    <>
      <h1>Home</h1>
      <Composer
        label="Your message"
        placeholder="What is going on?"
        button="Post"
        trace="post"
        maximum={MESSAGE_MAX}
        withTtl
        send={async (message, ttl, key) => prepend(homePath, await post(message, ttl, key))}
      />
      <ListView path={homePath} empty="It is quiet here" emptyHint="Say something: nobody has, lately." />
    </>
  );
}

export function NotificationsView() {
  return (
    <>
      <h1>Notifications</h1>
      <ListView
        path={notificationsPath}
        empty="Nothing new"
        emptyHint="Replies to you and mentions of you come here."
      />
    </>
  );
}

export function ProfileView({ handle }: { handle: string }) {
  const first = list.value.items?.find((activity) => activity.handle === handle.toLowerCase());
  return (
    <>
      <div class="profile">
        <Avatar handle={handle} name={first?.display_name ?? handle} />
        <div>
          <h1>{first?.display_name ?? `@${handle}`}</h1>
          {first && <p class="handle">@{first.handle}</p>}
        </div>
      </div>
      <ListView
        path={profilePath(handle)}
        empty="Nothing to read at the moment"
        emptyHint="What was said here has expired."
      />
    </>
  );
}

export function SearchView() {
  const searched = term.value;
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const typed = new FormData(event.currentTarget as HTMLFormElement).get('term') as string;
    if (typed.trim()) navigate(`/search?term=${encodeURIComponent(typed.trim())}`);
  };
  return (
    <>
      <h1>Search</h1>
      <form class="search" role="search" data-trace="search" onSubmit={submit}>
        <label class="visually-hidden" for="term">
          Words to look for
        </label>
        <SearchIcon />
        <input
          key={searched}
          id="term"
          name="term"
          type="search"
          maxLength={200}
          placeholder="bread, “night train”, -laptop"
          defaultValue={searched}
          data-search
        />
        <button class="button primary" type="submit" data-trace="search">
          Search
        </button>
      </form>
      {searched ? (
        <ListView path={searchPath(searched)} empty="Nothing found" emptyHint="Fewer words find more." />
      ) : (
        <Nothing title="What are you looking for?">Words, “a phrase”, one or another, or -not.</Nothing>
      )}
    </>
  );
}

export function ActivityView({ uuid }: { uuid: string }) {
  const [activity, setActivity] = useState<Activity>();
  const [error, setError] = useState<Error>();
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    const controller = new AbortController();
    setError(undefined);
    getActivity(uuid, controller.signal).then(setActivity, (failure: unknown) => {
      if (!controller.signal.aborted) setError(failure as Error);
    });
    return () => controller.abort();
  }, [uuid, attempt]);

  if (error) return <ErrorNote error={error} onRetry={() => setAttempt(attempt + 1)} />;
  if (!activity) return <Waiting />;
  return (
    <>
      <h1 class="visually-hidden">Message of {activity.display_name}</h1>
      <ActivityCard activity={activity} />
      <Composer
        label={`Your reply to ${activity.display_name}`}
        placeholder={`Reply to ${activity.display_name}`}
        button="Reply"
        trace="reply"
        maximum={REPLY_MAX}
        send={async (message, _ttl, key) => {
          const added = await reply(uuid, message, key);
          const replies = [...activity.replies, added];
          setActivity({ ...activity, replies, replies_count: activity.replies_count + 1 });
        }}
      />
      <div class="cards replies">
        {activity.replies.map((one) => (
          <ReplyCard key={one.uuid} reply={one} />
        ))}
      </div>
      {activity.replies.length === 0 && <Nothing title="No replies yet">Yours would be the first.</Nothing>}
    </>
  );
}
