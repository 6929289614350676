import { useMemo } from 'preact/hooks';
import { type ServiceEdge, type ServiceStats } from '../api/types.js';
import { formatMs } from '../format/duration.js';
import { formatPercent, formatRate } from '../format/number.js';
import { formatFilter } from '../query/filters.js';
import { serviceColour } from '../ui/service-colour.js';
import { NODE, placeServices } from './map-layout.js';
import './service-map.css';

/** Who calls whom: calls, errors and p95 on the edges. */
export function ServiceMap({ services, edges }: { services: readonly ServiceStats[]; edges: readonly ServiceEdge[] }) {
  const placed = useMemo(
    () =>
      placeServices(
        services.map(({ service }) => service),
        edges,
      ),
    [services, edges],
  );
  const statsOf = new Map(services.map((stats) => [stats.service, stats]));
  const busiest = Math.max(1e-9, ...edges.map(({ calls_per_s }) => calls_per_s));
  const described = edges.map(describe).join('; ');
  return (
    <section class="card" aria-label="Service map">
      <header>
        <h2>Service map</h2>
        <span class="muted small">calls, errors and p95</span>
      </header>
      <div class="service-map scroll-x">
        <svg
          viewBox={`0 0 ${placed.width} ${placed.height}`}
          style={{ width: `${placed.width}px`, height: `${placed.height}px` }}
          role="group"
          aria-label={described || 'No calls between services'}
        >
          <defs>
            <marker
              id="arrow"
              viewBox="0 0 8 8"
              refX="7"
              refY="4"
              markerWidth="8"
              markerHeight="8"
              markerUnits="userSpaceOnUse"
              orient="auto"
            >
              <path d="M 0 0.5 L 7.5 4 L 0 7.5 z" class="arrow" />
            </marker>
          </defs>
          {placed.edges.map(({ edge, path, x, y }) => (
            <g key={`${edge.from} ${edge.to}`} class={edge.error_rate > 0.05 ? 'edge failing' : 'edge'}>
              <path d={path} stroke-width={1.2 + 2.3 * (edge.calls_per_s / busiest)} marker-end="url(#arrow)" />
              <rect x={x - 46} y={y - 16} width="92" height="32" rx="5" />
              <text x={x} y={y - 3}>
                {formatRate(edge.calls_per_s)}
                {edge.error_rate > 0 && <tspan class="errors"> !{formatPercent(edge.error_rate)}</tspan>}
              </text>
              <text x={x} y={y + 11} class="second">
                p95 {formatMs(edge.p95_ms)}
              </text>
            </g>
          ))}
          {placed.nodes.map(({ name, x, y }) => {
            const stats = statsOf.get(name);
            const where = encodeURIComponent(formatFilter({ column: 'service.name', op: '=', value: name }));
            return (
              <a key={name} href={`/?where=${where}`}>
                <g class="node" transform={`translate(${x - NODE.width / 2} ${y - NODE.height / 2})`}>
                  <rect width={NODE.width} height={NODE.height} rx="8" />
                  <rect
                    width="4"
                    height={NODE.height - 20}
                    x="8"
                    y="10"
                    rx="2"
                    style={{ fill: serviceColour(name) }}
                    class="stripe"
                  />
                  <text x="22" y="24" class="name">
                    {name}
                  </text>
                  <text x="22" y="43" class="second">
                    {stats ? `${formatRate(stats.rate_per_s)} · p95 ${formatMs(stats.p95_ms)}` : 'no spans of its own'}
                    {!!stats?.error_rate && <tspan class="errors"> !{formatPercent(stats.error_rate)}</tspan>}
                  </text>
                </g>
              </a>
            );
          })}
        </svg>
      </div>
    </section>
  );
}

const describe = ({ from, to, calls_per_s, error_rate, p95_ms }: ServiceEdge): string =>
  `${from} calls ${to} ${formatRate(calls_per_s)}, ${formatPercent(error_rate)} errors, p95 ${formatMs(p95_ms)}`;
