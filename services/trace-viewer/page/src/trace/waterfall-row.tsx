import { type Span, type TraceLog } from '../api/types.js';
import { formatDuration } from '../format/duration.js';
import { serviceColour } from '../ui/service-colour.js';
import { type Segment } from './critical-path.js';
import { type TraceView, type Zoom } from './trace-view.js';
import { type SpanNode } from './tree.js';
import { operationKey, type Usual, type Usuals } from './usual.js';

const INDENT = 14;
/** Deeper levels share the indentation of this one, so that names stay readable. */
const DEEPEST = 24;

export function WaterfallRow(props: {
  view: TraceView;
  node: SpanNode;
  index: number;
  selected: boolean;
  folded: boolean;
  dimmed: boolean;
  segments: readonly Segment[] | undefined;
  usuals: Usuals | undefined;
}) {
  const { view, node, selected, folded, dimmed } = props;
  const { span } = node;
  const failed = span.status.code === 'error';
  const toggle = (event: Event) => {
    event.stopPropagation();
    view.setFolded(span.span_id, !folded);
  };
  return (
    <div
      id={`span-${span.span_id}`}
      role="row"
      class={`waterfall-row ${selected ? 'selected' : ''} ${dimmed ? 'dimmed' : ''} ${failed ? 'failed' : ''}`}
      aria-level={node.depth + 1}
      aria-rowindex={props.index + 1}
      aria-selected={selected}
      aria-expanded={node.children.length ? !folded : undefined}
      onClick={() => view.select(selected ? undefined : span.span_id)}
    >
      <div
        role="gridcell"
        class="waterfall-name"
        style={{ paddingLeft: `${8 + Math.min(node.depth, DEEPEST) * INDENT}px` }}
      >
        {node.children.length > 0 ? (
          <button type="button" class="fold" tabIndex={-1} aria-label={folded ? 'Unfold' : 'Fold'} onClick={toggle}>
            {folded ? '▸' : '▾'}
          </button>
        ) : (
          <i class="fold" />
        )}
        <i class="service-mark" style={{ background: serviceColour(span.service) }} />
        {failed && (
          <b class="error-mark" title={span.status.message ?? 'error'}>
            !
          </b>
        )}
        <span class="truncate" title={`${span.service}: ${span.name}`}>
          <span class="muted">{span.service}</span> {span.name}
        </span>
        {folded && <FoldedCount node={node} />}
        {node.orphan && <span class="badge warn">parent missing</span>}
      </div>
      <div role="gridcell" class="waterfall-lane">
        <Bar span={span} zoom={view.zoom.value} segments={props.segments} />
        <Marks span={span} logs={view.logs.get(span.span_id)} zoom={view.zoom.value} />
      </div>
      <div role="gridcell" class="waterfall-duration number tiny">
        <Duration span={span} usual={props.usuals?.get(operationKey(span))} />
      </div>
    </div>
  );
}

function FoldedCount({ node }: { node: SpanNode }) {
  return (
    <span class={`badge ${node.errorsBelow ? 'danger' : ''}`}>
      +{node.descendants}
      {node.errorsBelow > 0 && ` !${node.errorsBelow}`}
    </span>
  );
}

function Bar({ span, zoom, segments }: { span: Span; zoom: Zoom; segments: readonly Segment[] | undefined }) {
  const left = place(span.start_us, zoom);
  const right = place(span.start_us + span.duration_us, zoom);
  return (
    <>
      <i
        class="bar"
        style={{ left: `${left}%`, width: `max(2px, ${right - left}%)`, background: serviceColour(span.service) }}
      />
      {segments?.map(({ start_us, end_us }) => (
        <i
          key={start_us}
          class="critical"
          style={{
            left: `${place(start_us, zoom)}%`,
            width: `max(2px, ${place(end_us, zoom) - place(start_us, zoom)}%)`,
          }}
        />
      ))}
    </>
  );
}

/** The duration, and how many times the usual it is where that is out of the ordinary. */
function Duration({ span, usual }: { span: Span; usual: Usual | undefined }) {
  const isSlow = usual && span.duration_us > usual.p95_us && span.duration_us > usual.p50_us * 1.5;
  const times = usual ? span.duration_us / Math.max(1, usual.p50_us) : 1;
  return (
    <>
      {isSlow && (
        <b title={`usually ${formatDuration(usual.p50_us)}, p95 ${formatDuration(usual.p95_us)}`}>
          ▲{times.toFixed(times < 10 ? 1 : 0)}×
        </b>
      )}
      <span>{formatDuration(span.duration_us)}</span>
    </>
  );
}

/** Events as ticks, log lines as dots (a square from warn on), links as arrows. */
function Marks({ span, logs, zoom }: { span: Span; logs: readonly TraceLog[] | undefined; zoom: Zoom }) {
  if (span.events.length === 0 && !logs && span.links.length === 0) return null;
  return (
    <>
      {span.events.slice(0, 50).map((event, i) => (
        <i
          key={`e${i}`}
          class="mark-event"
          style={{ left: `${place(event.time_us, zoom)}%` }}
          title={`event: ${event.name}`}
        />
      ))}
      {logs?.slice(0, 50).map((log, i) => (
        <i
          key={`l${i}`}
          class={`mark-log ${log.level ?? ''}`}
          style={{ left: `${place(log.time_us, zoom)}%` }}
          title={`${log.level ?? 'log'}: ${log.body.slice(0, 200)}`}
        />
      ))}
      {span.links.length > 0 && (
        <i
          class="mark-link"
          style={{ left: `${place(span.start_us, zoom)}%` }}
          title={`${span.links.length} linked spans`}
        >
          ↗
        </i>
      )}
    </>
  );
}

const place = (us: number, { from, to }: Zoom): number => ((us - from) / (to - from)) * 100;
