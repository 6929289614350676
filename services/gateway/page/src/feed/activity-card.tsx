import type { Activity, Notification, Reply } from '../api/types.js';
import { Avatar } from '../ui/avatar.js';
import { HeartIcon, ReplyIcon, RepostIcon } from '../ui/icons.js';
import { ago, left, now } from '../ui/time.js';
import { Message } from './message.js';

/** Somebody's message in a list. A notification of a reply leads to what was replied to. */
export function ActivityCard({ activity }: { activity: Activity | Notification }) {
  const kind = 'kind' in activity ? activity.kind : undefined;
  const about = ('kind' in activity && activity.reply_to_activity_uuid) || activity.uuid;
  const address = `/activities/${about}`;
  return (
    <article class="card" tabIndex={-1} data-card={address}>
      {kind && <p class="kind">{kind === 'reply' ? 'Replied to you' : 'Mentioned you'}</p>}
      <Byline said={activity} address={address} />
      <Message text={activity.message} />
      <footer class="figures">
        <a href={address} data-trace="open activity" class="figure">
          <ReplyIcon />
          {activity.replies_count} <span class="visually-hidden">replies</span>
        </a>
        <Figure icon={<RepostIcon />} count={activity.reposts_count} label="reposts" />
        <Figure icon={<HeartIcon />} count={activity.likes_count} label="likes" />
        <span class="expiry" title={`Disappears ${new Date(activity.expires_at).toLocaleString()}`}>
          {left(activity.expires_at, now.value)}
        </span>
      </footer>
    </article>
  );
}

export function ReplyCard({ reply }: { reply: Reply }) {
  return (
    <article class="card reply" tabIndex={-1} data-card={`/@${reply.handle}`}>
      <Byline said={reply} small />
      <Message text={reply.message} />
    </article>
  );
}

function Byline({ said, address, small }: { said: Activity | Reply; address?: string; small?: boolean }) {
  const { handle, display_name: name, created_at: at } = said;
  const time = (
    <time dateTime={at} title={new Date(at).toLocaleString()}>
      {ago(at, now.value)}
    </time>
  );
  return (
    <header class="byline">
      <Avatar handle={handle} name={name} small={small ?? false} />
      <a class="name" href={`/@${handle}`} data-trace="profile">
        {name} <span class="handle">@{handle}</span>
      </a>
      {address ? (
        <a class="when" href={address} data-trace="open activity">
          {time}
        </a>
      ) : (
        <span class="when">{time}</span>
      )}
    </header>
  );
}

function Figure({ icon, count, label }: { icon: preact.ComponentChild; count: number; label: string }) {
  return (
    <span class="figure">
      {icon}
      {count} <span class="visually-hidden">{label}</span>
    </span>
  );
}
