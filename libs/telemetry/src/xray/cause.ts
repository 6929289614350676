import { SpanKind } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { attributeText } from '../export/attribute-text.js';
import { parseStack } from '../spans/stack.js';

/** The `cause` block of a segment document. */
export interface Cause {
  working_directory: string;
  exceptions: {
    /** 16 hex digits. */
    id: string;
    type: string;
    message: string;
    remote: boolean;
    stack: { path: string; line: number; label: string }[];
  }[];
}

const MAX_FRAMES = 20;

/** The exceptions that were recorded on a span. */
export function causeOf(span: ReadableSpan): Cause | undefined {
  const { events, kind } = span;
  const recorded = events.filter(({ name }) => name === 'exception');
  if (recorded.length === 0) return undefined;
  const base = BigInt(`0x${span.spanContext().spanId}`);
  return {
    working_directory: process.cwd(),
    exceptions: recorded.slice(0, 5).map(({ attributes = {} }, index) => ({
      // Its own id, yet the same however often the document is sent.
      id: (base ^ BigInt(index + 1)).toString(16).padStart(16, '0'),
      type: attributeText(attributes['exception.type']),
      message: attributeText(attributes['exception.message']).slice(0, 2_000),
      remote: kind === SpanKind.CLIENT,
      stack: parseStack(attributeText(attributes['exception.stacktrace']))
        .slice(0, MAX_FRAMES)
        .map(({ file, line, method }) => ({ path: file, line, label: method })),
    })),
  };
}
