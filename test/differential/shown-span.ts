import type { ReceivedSpan } from '@cruddur/telemetry/testing';

/** A span without what differs from run to run: ids, times, ports. */
export interface ShownSpan {
  name: string;
  kind: string;
  /** `UNSET`, `ERROR`, or `ERROR: ` and the message. */
  status: string;
  /** Kinds of the spans above it in the same program, outermost first, after where the outermost hangs. */
  under: string;
  attributes: Record<string, unknown>;
  events: { name: string; attributes: Record<string, unknown> }[];
  links: number;
}

/** @param ports what stands instead of the ports of this run, which may be part of a text */
export function show(spans: readonly ReceivedSpan[], ports: ReadonlyMap<number, string>): ShownSpan[] {
  const byId = new Map(spans.map((span) => [span.spanId, span]));
  const under = ({ parentSpanId }: ReceivedSpan): string => {
    if (parentSpanId === undefined) return 'root';
    const parent = byId.get(parentSpanId);
    return parent ? `${under(parent)} > ${parent.kind}` : 'remote';
  };
  const named = ([key, value]: [string, unknown]): [string, unknown] => {
    if (key === 'network.peer.port' && !ports.has(value as number)) return [key, typeof value];
    if (key === 'exception.stacktrace') return [key, withoutPorts(String(value).split('\n')[0]!, ports)];
    if (typeof value === 'number') return [key, ports.get(value) ?? value];
    return [key, typeof value === 'string' ? withoutPorts(value, ports) : value];
  };
  const shown = (attributes: object) => Object.fromEntries(Object.entries(attributes).map(named).sort());
  const list = spans.map((span) => ({
    name: span.name,
    kind: span.kind,
    status: span.error ? withoutPorts(['ERROR', span.statusMessage].filter(Boolean).join(': '), ports) : 'UNSET',
    under: under(span),
    attributes: shown(span.attributes),
    events: span.events.map(({ name, attributes }) => ({ name, attributes: shown(attributes) })),
    links: span.links.length,
  }));
  return sorted(list);
}

export function withoutPorts(text: string, ports: ReadonlyMap<number, string>): string {
  return text.replace(/(?<=:)\d{4,5}\b/g, (port) => ports.get(Number(port)) ?? port);
}

/** Spans of the same millisecond have no order of their own. */
export function sorted<T>(list: readonly T[]): T[] {
  return list
    .map((item) => [JSON.stringify(item), item] as const)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([, item]) => item);
}
