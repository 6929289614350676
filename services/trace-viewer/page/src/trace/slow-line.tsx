import { formatDuration } from '../format/duration.js';
import { formatCount } from '../format/number.js';
import { type SpanNode } from './tree.js';
import { explain, type Usuals } from './usual.js';
import './slow-line.css';

/** Why is this one slow: the request against what its name usually takes, and the span that explains the difference. */
export function SlowLine(props: { root: SpanNode; usuals: Usuals | undefined; onSelect: (spanId: string) => void }) {
  // The line's place is kept, so that nothing moves under the pointer when the answer comes.
  if (!props.usuals) return <p class="slow-line small muted">Comparing with others like it …</p>;
  const explanation = explain(props.root, props.usuals);
  if (!explanation)
    return <p class="slow-line small muted">Too few requests like it are stored to say what is usual.</p>;
  const { root, usual, verdict, culprit } = explanation;
  const times = root.duration_us / Math.max(1, usual.p50_us);
  return (
    <p class={`slow-line small ${verdict}`}>
      <strong>
        {verdict === 'slow' ? `${times >= 10 ? Math.round(times) : times.toFixed(1)}× its usual time` : 'As usual'}
      </strong>
      <span>
        {formatDuration(root.duration_us)}, where {formatCount(usual.count)} like it take {formatDuration(usual.p50_us)}{' '}
        (p95 {formatDuration(usual.p95_us)}).
      </span>
      {culprit && (
        <span>
          Most of it:{' '}
          <button type="button" class="link" onClick={() => props.onSelect(culprit.span.span_id)}>
            {culprit.span.name}
          </button>{' '}
          in {culprit.span.service} took {formatDuration(culprit.span.duration_us)}
          {culprit.usual ? `, usually ${formatDuration(culprit.usual.p50_us)}` : ', and is not usually there'}.
        </span>
      )}
    </p>
  );
}
