import { exportSpans } from './exporter.js';
import type { Attributes, OtlpSpan } from './otlp.js';
import { newTraceId } from './session.js';
import { CLIENT, INTERNAL, Span } from './span.js';
import { urlTemplate } from './url-template.js';

/** After its last request an interaction is given this long to make another: for what reacts to the answer. */
const SETTLE_MS = 300;

/** What is known of an interaction once it is over. */
export interface Finished {
  name: string;
  traceId: string;
  durationMs: number;
  /** Of the requests' time, what the gateway says that it used; undefined when it does not say. */
  serverMs: number | undefined;
  requestMs: number;
  /** Whether there is a trace to see: the gateway may have decided to keep none. */
  sampled: boolean;
}

let listener: (finished: Finished) => void = () => {};
export function onFinished(listen: (finished: Finished) => void): void {
  listener = listen;
}

/**
 * Something that a person did, or the loading of the page, and the requests that followed: one trace. Browsers keep no
 * context over `await`, so what follows is told by time: the latest interaction owns the requests that begin while one
 * of its own is under way, or shortly after. One that asks for nothing is not worth a trace and leaves none.
 */
export class Interaction {
  readonly root: Span;
  private readonly spans: OtlpSpan[] = [];
  private pending = 0;
  private requests = 0;
  private serverMs: number | undefined;
  private requestMs = 0;
  private lastEnd: number;
  private timer: number | undefined;
  private over = false;
  private unsampled = false;

  constructor(name: string, attributes: Attributes, start = performance.now()) {
    this.root = new Span(newTraceId(), name, INTERNAL, undefined, start, {
      'url.full': location.href,
      'cruddur.page.route': urlTemplate(location.pathname),
      ...attributes,
    });
    this.lastEnd = start;
    this.settleSoon();
  }

  get isOver(): boolean {
    return this.over;
  }

  /** Keeps it from ending until {@link release}: there is a part to come. */
  hold(): void {
    clearTimeout(this.timer);
    this.pending++;
  }

  release(): void {
    this.pending--;
    if (this.pending === 0 && !this.over) this.settleSoon();
  }

  begin(name: string, attributes: Attributes): Span {
    this.hold();
    this.requests++;
    return new Span(this.root.traceId, name, CLIENT, this.root.spanId, performance.now(), attributes);
  }

  /** @param timing how long the request took, and how long the gateway had it */
  end(span: Span, end: number, timing?: { requestMs: number; serverMs: number | undefined }): void {
    this.add(span, end);
    this.requestMs += timing?.requestMs ?? 0;
    if (timing?.serverMs !== undefined) this.serverMs = (this.serverMs ?? 0) + timing.serverMs;
    this.release();
  }

  /** A part that is already over. */
  add(span: Span, end: number): void {
    this.lastEnd = Math.max(this.lastEnd, end);
    if (this.over) this.export([span.toOtlp(end)]);
    else this.spans.push(span.toOtlp(end));
  }

  recordException(error: unknown): void {
    this.root.recordException(error);
    this.requests++;
  }

  /** The gateway said that it does not keep this trace. */
  leaveOut(): void {
    this.unsampled = true;
  }

  /** Ends it with its last part, now. */
  finish(): void {
    if (this.over) return;
    clearTimeout(this.timer);
    this.over = true;
    if (this.requests === 0) return;
    this.export([this.root.toOtlp(this.lastEnd), ...this.spans]);
    listener({
      name: this.root.name,
      traceId: this.root.traceId,
      durationMs: this.lastEnd - this.root.start,
      serverMs: this.serverMs,
      requestMs: this.requestMs,
      sampled: !this.unsampled,
    });
  }

  private settleSoon(): void {
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.finish(), SETTLE_MS);
  }

  private export(spans: OtlpSpan[]): void {
    if (!this.unsampled) exportSpans(spans);
  }
}

let latest: Interaction | undefined;

export function startInteraction(name: string, attributes: Attributes, start?: number): Interaction {
  latest = new Interaction(name, attributes, start);
  return latest;
}

export function currentInteraction(): Interaction | undefined {
  return latest?.isOver === false ? latest : undefined;
}
