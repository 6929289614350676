import { type HrTime, SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { type ExportResult, ExportResultCode, hrTimeToMilliseconds } from '@opentelemetry/core';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace';
import * as attr from '../attributes.js';
import { attributeText } from './attribute-text.js';

/** Spans whose root has not ended yet, over all traces. The oldest trace is printed as it is when there are more. */
const MAX_PENDING_SPANS = 2_000;

/**
 * Prints each trace's part in this process as an indented tree, once its local root has ended: one line per span
 * with its kind, when it started after the root, how long it took, and what came of it.
 */
export class ConsoleTreeExporter implements SpanExporter {
  private readonly pending = new Map<string, ReadableSpan[]>();
  private pendingSpans = 0;

  constructor(
    private readonly write: (text: string) => void = (text) => void process.stdout.write(text),
    private readonly maxPendingSpans = MAX_PENDING_SPANS,
  ) {}

  export(spans: ReadableSpan[], done: (result: ExportResult) => void): void {
    for (const span of spans) this.add(span);
    for (const root of spans.filter(isLocalRoot)) this.print(root);
    while (this.pendingSpans > this.maxPendingSpans) this.printIncomplete(this.pending.keys().next().value!);
    done({ code: ExportResultCode.SUCCESS });
  }

  shutdown(): Promise<void> {
    for (const traceId of [...this.pending.keys()]) this.printIncomplete(traceId);
    return Promise.resolve();
  }

  private add(span: ReadableSpan): void {
    const { traceId } = span.spanContext();
    const spans = this.pending.get(traceId);
    if (spans) spans.push(span);
    else this.pending.set(traceId, [span]);
    this.pendingSpans++;
  }

  private print(root: ReadableSpan): void {
    const { traceId } = root.spanContext();
    const spans = this.pending.get(traceId) ?? [];
    const { lines, printed } = renderTree(root, spans);
    this.keep(
      traceId,
      spans.filter((span) => !printed.has(span)),
    );
    this.write(`trace ${traceId}\n${lines.join('\n')}\n`);
  }

  /** Spans that outlived their root, or whose root never ended. */
  private printIncomplete(traceId: string): void {
    const spans = this.pending.get(traceId) ?? [];
    const ids = new Set(spans.map((span) => span.spanContext().spanId));
    const tops = spans.filter(({ parentSpanContext }) => !ids.has(parentSpanContext?.spanId ?? ''));
    const lines = tops.flatMap((top) => renderTree(top, spans).lines);
    this.keep(traceId, []);
    this.write(`trace ${traceId} (without its root)\n${lines.join('\n')}\n`);
  }

  private keep(traceId: string, left: ReadableSpan[]): void {
    this.pendingSpans += left.length - (this.pending.get(traceId)?.length ?? 0);
    this.pending.delete(traceId);
    if (left.length > 0) this.pending.set(traceId, left);
  }
}

function isLocalRoot({ parentSpanContext }: ReadableSpan): boolean {
  return !parentSpanContext || parentSpanContext.isRemote === true;
}

function renderTree(root: ReadableSpan, spans: readonly ReadableSpan[]) {
  const children = Map.groupBy(spans, ({ parentSpanContext }) => parentSpanContext?.spanId);
  const printed = new Set<ReadableSpan>();
  const lines: string[] = [];
  const visit = (span: ReadableSpan, depth: number) => {
    if (printed.has(span)) return;
    printed.add(span);
    lines.push(`${'  '.repeat(depth + 1)}${describe(span, root)}`);
    const inside = children.get(span.spanContext().spanId) ?? [];
    for (const child of inside.toSorted((a, b) => millisecondsBetween(b.startTime, a.startTime))) {
      visit(child, depth + 1);
    }
  };
  visit(root, 0);
  return { lines, printed };
}

/** `SERVER GET /api/activities/home  +0.0 ms  12.3 ms  200` */
function describe(span: ReadableSpan, root: ReadableSpan): string {
  const { attributes, status } = span;
  const service = span === root ? `${attributeText(span.resource.attributes['service.name'])}: ` : '';
  const answer = attributes[attr.ATTR_HTTP_RESPONSE_STATUS_CODE];
  const failed = status.code === SpanStatusCode.ERROR;
  return [
    `${service}${SpanKind[span.kind]} ${span.name}`,
    `+${millisecondsBetween(root.startTime, span.startTime).toFixed(1)} ms`,
    `${hrTimeToMilliseconds(span.duration).toFixed(1)} ms`,
    ...(answer === undefined ? [] : [attributeText(answer)]),
    ...(failed ? [`error ${attributeText(attributes[attr.ATTR_ERROR_TYPE] ?? status.message)}`.trimEnd()] : []),
  ].join('  ');
}

/** In whole seconds and nanoseconds apart: as one number of milliseconds the epoch leaves no digits for microseconds. */
function millisecondsBetween(from: HrTime, to: HrTime): number {
  return (to[0] - from[0]) * 1e3 + (to[1] - from[1]) / 1e6;
}
