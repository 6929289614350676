import { type TraceSummary } from '../api/types.js';
import { formatDuration } from '../format/duration.js';
import { formatCount } from '../format/number.js';
import { formatDateTime } from '../format/time.js';
import { navigate } from '../ui/router.js';
import { serviceColour } from '../ui/service-colour.js';
import { ServiceName } from '../ui/service-name.js';

export function TraceRow(props: {
  trace: TraceSummary;
  slowest: number;
  current?: boolean;
  marked?: boolean;
  onMark?: () => void;
}) {
  const { trace, marked, onMark } = props;
  const { root, error_count: errors } = trace;
  const href = `/traces/${trace.trace_id}`;
  const open = (event: MouseEvent) => {
    if ((event.target as Element).closest('a, input, button')) return;
    if (!window.getSelection()?.toString()) navigate(href);
  };
  return (
    <tr class={props.current ? 'current' : ''} onClick={open}>
      {onMark && (
        <td class="mark">
          <input
            type="checkbox"
            checked={marked ?? false}
            aria-label={`Compare ${trace.trace_id.slice(0, 8)}`}
            onChange={onMark}
          />
        </td>
      )}
      <td class="number muted when">{formatDateTime(Date.parse(trace.start))}</td>
      <td class="request">
        <a href={href}>
          {root ? (
            <>
              <ServiceName name={root.service} /> <span class="operation">{root.name}</span>
            </>
          ) : (
            <span class="muted">root not received yet</span>
          )}
        </a>
      </td>
      <td class="duration">
        <span class="number">{formatDuration(trace.duration_us)}</span>
        <i
          aria-hidden="true"
          style={{
            width: `${Math.max(1.5, (trace.duration_us / props.slowest) * 100)}%`,
            background: root ? serviceColour(root.service) : 'var(--line-strong)',
          }}
        />
      </td>
      <td class="number">{formatCount(trace.span_count)}</td>
      <td>
        {errors ? (
          <span class="badge danger">
            ! {formatCount(errors)} {errors === 1 ? 'error' : 'errors'}
          </span>
        ) : (
          <span class="muted tiny">ok</span>
        )}
      </td>
      <td class="services-column">
        <span class="service-names">
          {trace.services.map((name) => (
            <ServiceName key={name} name={name} />
          ))}
        </span>
      </td>
    </tr>
  );
}
