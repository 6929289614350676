import { useState } from 'preact/hooks';
import { type LogRecord } from '../api/types.js';
import { formatDateTime } from '../format/time.js';
import { AttributeTable } from '../trace/attribute-table.js';
import { LevelBadge } from '../ui/level-badge.js';
import { ServiceName } from '../ui/service-name.js';

export function LogRow({ log, search }: { log: LogRecord; search: string }) {
  const [open, setOpen] = useState(false);
  return (
    <li class={`log-line ${log.level ?? ''}`}>
      <div class="log-summary">
        <button type="button" class="fold" aria-expanded={open} aria-label="Attributes" onClick={() => setOpen(!open)}>
          {open ? '▾' : '▸'}
        </button>
        <time class="muted number" dateTime={log.time} title={log.time}>
          {formatDateTime(Date.parse(log.time))}
        </time>
        <LevelBadge level={log.level} />
        <ServiceName name={log.service} />
        <span class="log-body">
          <Highlighted text={log.body} needle={search} />
        </span>
        {log.trace_id && (
          <a class="log-span small" href={`/traces/${log.trace_id}${log.span_id ? `?span=${log.span_id}` : ''}`}>
            {log.span_id ? 'span' : 'trace'} <span class="mono">{log.trace_id.slice(0, 6)}</span>
          </a>
        )}
      </div>
      {open && (
        <div class="log-attributes">
          <AttributeTable attributes={log.attributes} dataset="logs" />
        </div>
      )}
    </li>
  );
}

function Highlighted({ text, needle }: { text: string; needle: string }) {
  const at = needle ? text.toLowerCase().indexOf(needle.toLowerCase()) : -1;
  if (at < 0) return <>{text}</>;
  return (
    <>
      {text.slice(0, at)}
      <mark>{text.slice(at, at + needle.length)}</mark>
      {text.slice(at + needle.length)}
    </>
  );
}
