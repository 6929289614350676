/** So many wait for each other, and no longer than that, in milliseconds. */
const MAX_LINES = 32;
const HOLD_MS = 50;

let held: (() => void)[] = [];
let timer: NodeJS.Timeout | undefined;

/**
 * Calls `write`, which writes one line, a little later, with others: one alone has to bring the code that makes it back
 * into the processor's caches, which takes several times as long as making it.
 */
export function holdLine(write: () => void): void {
  held.push(write);
  if (held.length >= MAX_LINES) writeHeldLines();
  else timer ??= setTimeout(writeHeldLines, HOLD_MS);
}

/** Before any other line, so that lines stay in their order, and before the process ends. */
export function writeHeldLines(): void {
  if (held.length === 0) return;
  clearTimeout(timer);
  timer = undefined;
  const lines = held;
  held = [];
  for (const write of lines) write();
}
