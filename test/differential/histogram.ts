import { type OtlpReceiver } from '@cruddur/telemetry/testing';
import { type ShownSpan, sorted } from './shown-span.js';

type Value = { stringValue?: string; intValue?: string | number };
type Attribute = { key: string; value: Value };
type Point = { attributes: Attribute[]; count: string | number; explicitBounds: number[] };
type Metric = { name: string; description: string; unit: string; histogram?: { aggregationTemporality: number; dataPoints: Point[] } }; // prettier-ignore
type Export = { resourceMetrics: { resource: { attributes: Attribute[] }; scopeMetrics: { metrics: Metric[] }[] }[] };
export type Counted = { attributes: Record<string, unknown>; count: number };

/** The last that a program has exported of a histogram: what it is, and how often each set of attributes came. */
export function histogramOf(receiver: OtlpReceiver, service: string, name: string) {
  const exports = receiver.requests
    .filter(({ path }) => path === '/v1/metrics')
    .flatMap(({ body }) => (JSON.parse(body.toString()) as Export).resourceMetrics)
    .filter(({ resource }) => resource.attributes.some(({ key, value }) => key === 'service.name' && value.stringValue === service)); // prettier-ignore
  const metrics = exports.at(-1)!.scopeMetrics.flatMap(({ metrics }) => metrics);
  const { description, unit, histogram } = metrics.find((metric) => metric.name === name)!;
  const { aggregationTemporality, dataPoints } = histogram!;
  const bounds = new Set(dataPoints.map(({ explicitBounds }) => explicitBounds.join()));
  const points = dataPoints.map(({ attributes, count }) => ({
    attributes: Object.fromEntries(
      attributes.map(({ key, value }) => [key, value.stringValue ?? Number(value.intValue)]),
    ),
    count: Number(count),
  }));
  return { instrument: { description, unit, aggregationTemporality, bounds: [...bounds] }, points };
}

/** The points that spans make when these of their attributes are the metric's. */
export function pointsOf(spans: readonly ShownSpan[], keys: readonly string[]): Counted[] {
  const counted = new Map<string, Counted>();
  for (const span of spans) {
    const picked = Object.entries(span.attributes).filter(([key]) => keys.includes(key));
    const attributes = Object.fromEntries(picked);
    const id = JSON.stringify(picked.toSorted());
    counted.set(id, { attributes, count: (counted.get(id)?.count ?? 0) + 1 });
  }
  return sorted([...counted.values()].map(({ attributes, count }) => ({ attributes: sortKeys(attributes), count })));
}

/** Ports of the run have no meaning; points that then are the same become one. */
export function namePorts(points: readonly Counted[], ports: ReadonlyMap<number, string>): Counted[] {
  const spans = points.flatMap(({ attributes, count }) => {
    const named = Object.entries(attributes).map(([key, value]) => [key, ports.get(value as number) ?? value]);
    return Array.from({ length: count }, () => ({ attributes: Object.fromEntries(named) }) as ShownSpan);
  });
  return pointsOf(spans, [...new Set(points.flatMap(({ attributes }) => Object.keys(attributes)))]);
}

const sortKeys = (attributes: object) => Object.fromEntries(Object.entries(attributes).sort());
