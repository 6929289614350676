import { setTimeout as sleep } from 'node:timers/promises';
import { ask } from './http.ts';

/** The services that the test trace goes through. */
const WANTED = ['gateway', 'home-activities', 'user-activities'];
const POLL_MS = 250;
/** On top of the delay with which spans leave. */
const PATIENCE_MS = 10_000;
const DEFAULT_SCHEDULE_DELAY_MS = 5_000;

/** What a backend has of a trace. */
export interface Arrived {
  services: string[];
  spans: number;
  /** Spans whose parent is not there: parents end after their children, and may leave with a later batch. */
  orphans: number;
}

/**
 * Asks until the trace is there, whole and with all its services.
 *
 * @param url answers with the trace
 * @param read makes sense of the answer; undefined when the trace is not in it
 * @returns what arrived in time, undefined for nothing
 */
export async function waitForTrace(
  url: string,
  read: (body: unknown) => Arrived | undefined,
  env: NodeJS.ProcessEnv,
  patienceMs = PATIENCE_MS,
): Promise<Arrived | undefined> {
  const delayMs = Number(env.OTEL_BSP_SCHEDULE_DELAY) || DEFAULT_SCHEDULE_DELAY_MS;
  const deadline = performance.now() + delayMs + patienceMs;
  for (;;) {
    const answer = await ask(url);
    const arrived = typeof answer !== 'string' && answer.status === 200 ? read(answer.body) : undefined;
    if ((arrived && isWhole(arrived)) || performance.now() > deadline) return arrived;
    await sleep(POLL_MS);
  }
}

function isWhole(arrived: Arrived): boolean {
  return missing(arrived).length === 0 && arrived.orphans === 0;
}

export function missing({ services }: Arrived): string[] {
  return WANTED.filter((name) => !services.includes(name));
}

/** `GET /api/traces/{id}` of the trace viewer. */
export function readViewer(body: unknown): Arrived | undefined {
  const { services, spans } = (body ?? {}) as { services?: string[]; spans?: ViewerSpan[] };
  if (!services || !spans) return undefined;
  const orphans = countOrphans(spans.map(({ span_id, parent_span_id }) => [span_id, parent_span_id]));
  return { services, spans: spans.length, orphans };
}

interface ViewerSpan {
  span_id: string;
  parent_span_id?: string | null;
}

/** `GET /api/v2/trace/{id}` of Zipkin. */
export function readZipkin(body: unknown): Arrived | undefined {
  if (!Array.isArray(body) || body.length === 0) return undefined;
  const spans = body as { id: string; parentId?: string; localEndpoint?: { serviceName?: string } }[];
  const services = distinct(spans.map(({ localEndpoint }) => localEndpoint?.serviceName));
  return { services, spans: spans.length, orphans: countOrphans(spans.map(({ id, parentId }) => [id, parentId])) };
}

/** `GET /api/traces/{id}` of Jaeger. */
export function readJaeger(body: unknown): Arrived | undefined {
  const { data } = (body ?? {}) as { data?: JaegerTrace[] | null };
  const [trace] = data ?? [];
  if (!trace?.spans?.length) return undefined;
  const { spans, processes = {} } = trace;
  const services = distinct(spans.map(({ processID }) => processes[processID]?.serviceName));
  const parentOf = ({ references = [] }: JaegerSpan) =>
    references.find(({ refType }) => refType === 'CHILD_OF')?.spanID;
  return {
    services,
    spans: spans.length,
    orphans: countOrphans(spans.map((span) => [span.spanID, parentOf(span)])),
  };
}

interface JaegerSpan {
  spanID: string;
  processID: string;
  references?: { refType: string; spanID: string }[];
}
interface JaegerTrace {
  spans?: JaegerSpan[];
  processes?: Record<string, { serviceName: string }>;
}

function countOrphans(spans: [id: string, parent: string | null | undefined][]): number {
  const ids = new Set(spans.map(([id]) => id));
  return spans.filter(([, parent]) => parent && !ids.has(parent)).length;
}

function distinct(names: (string | undefined)[]): string[] {
  return [...new Set(names.filter((name) => name !== undefined))];
}
