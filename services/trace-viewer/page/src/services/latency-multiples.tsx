import { formatDuration, formatMs } from '../format/duration.js';
import { formatCount } from '../format/number.js';
import { serviceColour } from '../ui/service-colour.js';
import { ServiceName } from '../ui/service-name.js';
import { bucketEdge, type pairServices, usedBuckets } from './comparison.js';
import './latency-multiples.css';

const HEIGHT = 72;
const WIDTH = 240;

/** One latency distribution per service, all on the same axis so that they can be compared at a glance. */
export function LatencyMultiples({ pairs, comparing }: { pairs: ReturnType<typeof pairServices>; comparing: boolean }) {
  const buckets = usedBuckets(pairs.flatMap(({ after, before }) => [after?.histogram ?? [], before?.histogram ?? []]));
  return (
    <section class="multiples" aria-label="Latency distributions">
      {pairs.map(({ after, before }) => {
        const { service, p50_ms, p95_ms } = (after ?? before)!;
        return (
          <figure key={service} class="card">
            <figcaption>
              <ServiceName name={service} />
              <span class="muted tiny">
                p50 {formatMs(p50_ms)} · p95 {formatMs(p95_ms)}
              </span>
            </figcaption>
            <Distribution
              after={after?.histogram}
              before={before?.histogram}
              colour={serviceColour(service)}
              {...buckets}
            />
            <div class="axis tiny muted">
              <span>{formatDuration(bucketEdge(buckets.first))}</span>
              {comparing && <span>outline: before</span>}
              <span>{formatDuration(bucketEdge(buckets.last + 1))}</span>
            </div>
          </figure>
        );
      })}
    </section>
  );
}

function Distribution(props: {
  after: readonly number[] | undefined;
  before: readonly number[] | undefined;
  colour: string;
  first: number;
  last: number;
}) {
  const count = props.last - props.first + 1;
  const step = WIDTH / count;
  const after = shares(props.after, props.first, count);
  const before = shares(props.before, props.first, count);
  const most = Math.max(1e-9, ...after.map(({ share }) => share), ...before.map(({ share }) => share));
  const y = (share: number) => HEIGHT - (share / most) * (HEIGHT - 2);
  const outline = before.map(({ share }, i) => `${i * step},${y(share)} ${(i + 1) * step},${y(share)}`).join(' ');
  return (
    <svg
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label="Histogram of durations, logarithmic"
    >
      {after.map(({ share, spans }, i) => (
        <rect
          key={i}
          x={i * step + 0.5}
          width={Math.max(0.5, step - 1)}
          y={y(share)}
          height={HEIGHT - y(share)}
          fill={props.colour}
        >
          <title>{`${formatDuration(bucketEdge(props.first + i))} – ${formatDuration(bucketEdge(props.first + i + 1))}: ${formatCount(spans)}`}</title>
        </rect>
      ))}
      {props.before && <polyline class="before" points={outline} />}
    </svg>
  );
}

function shares(histogram: readonly number[] | undefined, first: number, count: number) {
  if (!histogram) return [];
  const sum = Math.max(
    1,
    histogram.reduce((total, spans) => total + spans, 0),
  );
  return Array.from({ length: count }, (_, i) => ({
    spans: histogram[first + i] ?? 0,
    share: (histogram[first + i] ?? 0) / sum,
  }));
}
