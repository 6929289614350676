import type { ReceivedSpan } from '@cruddur/telemetry/testing';

/** A span without what differs from run to run: ids, times, ports. */
export interface ShownSpan {
  name: string;
  kind: string;
  /** `UNSET`, `ERROR`, or `ERROR: ` and the message. */
  status: string;
  /** Where the outermost span of the program hangs, and the spans from there on: names of inner ones, else kinds. */
  under: string;
  attributes: Record<string, unknown>;
  events: { name: string; attributes: Record<string, unknown> }[];
  links: number;
}

/** What stands instead of the ports of this run. */
export type Ports = ReadonlyMap<number, string>;

export function show(spans: readonly ReceivedSpan[], ports: Ports): ShownSpan[] {
  const byId = new Map(spans.map((span) => [span.spanId, span]));
  const under = ({ parentSpanId }: ReceivedSpan): string => {
    if (parentSpanId === undefined) return 'root';
    const parent = byId.get(parentSpanId);
    if (!parent) return 'remote';
    return `${under(parent)} > ${parent.kind === 'INTERNAL' ? parent.name : parent.kind}`;
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

/** Without the threads that OpenSSL numbers in its messages as well. */
export function withoutPorts(text: string, ports: Ports): string {
  const named = text.replace(/\b[0-9A-F]{16}(?=:error:)/g, '{thread}');
  return named.replace(/(?<=:)\d{4,5}\b/g, (port) => ports.get(Number(port)) ?? port);
}

/** Ids become the kinds of the spans whose they are. */
export function withoutIds(text: string, spans: readonly ReceivedSpan[]): string {
  const kinds = new Map(spans.map(({ spanId, kind }) => [spanId, kind]));
  return text.replace(
    /00-[0-9a-f]{32}-([0-9a-f]{16})-/g,
    (_, id: string) => `00-{trace}-{${kinds.get(id) ?? 'nobody'}}-`,
  );
}

/** In an order that does not depend on the run: spans of the same millisecond have none of their own. */
export function sorted<T>(list: readonly T[]): T[] {
  return list
    .map((item) => [JSON.stringify(item), item] as const)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([, item]) => item);
}
