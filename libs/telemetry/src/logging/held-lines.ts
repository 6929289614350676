import type { SpanContext } from '@opentelemetry/api';

/** So many wait for each other, and no longer than that, in milliseconds. */
const MAX_LINES = 32;
const HOLD_MS = 50;

/** Of what a line says, when that is not the moment in which it is written. */
export interface Moment {
  /** Milliseconds since the epoch. */
  time: number;
  spanContext: SpanContext | undefined;
}

let held: { moment: Moment; write: () => void }[] = [];
let timer: NodeJS.Timeout | undefined;
let current: Moment | undefined;

/** The moment that the line which is being written is about; undefined when it is now. */
export function momentOfLine(): Moment | undefined {
  return current;
}

/**
 * Calls `write`, which logs one line, a little later, with others: a line alone has to bring the logger's code and data back
 * into the processor's caches, which takes several times as long as making it. Time and ids in the line are those of now.
 */
export function holdLine(spanContext: SpanContext | undefined, write: () => void): void {
  held.push({ moment: { time: Date.now(), spanContext }, write });
  if (held.length >= MAX_LINES) writeHeldLines();
  else timer ??= setTimeout(writeHeldLines, HOLD_MS);
}

/** Before any other line, so that lines stay in their order, and before the process ends. */
export function writeHeldLines(): void {
  // Lines that are being written come by here, too.
  if (held.length === 0 || current) return;
  clearTimeout(timer);
  timer = undefined;
  const lines = held;
  held = [];
  try {
    for (const { moment, write } of lines) {
      current = moment;
      write();
    }
  } finally {
    current = undefined;
  }
}
