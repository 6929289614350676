import { type TraceLog } from '../api/types.js';
import { formatDuration } from '../format/duration.js';
import { LevelBadge } from '../ui/level-badge.js';
import { AttributeTable } from './attribute-table.js';
import './span-logs.css';

/** The lines that one span wrote, with their time after its start. */
export function SpanLogs({ logs, spanStart }: { logs: readonly TraceLog[]; spanStart: number }) {
  return (
    <ul class="span-logs">
      {logs.map((log, i) => (
        <li key={i}>
          <details>
            <summary>
              <LevelBadge level={log.level} /> <span>{log.body}</span>{' '}
              <span class="muted number">+{formatDuration(log.time_us - spanStart)}</span>
            </summary>
            <AttributeTable attributes={log.attributes} dataset="logs" />
          </details>
        </li>
      ))}
    </ul>
  );
}
