import type { Writable } from 'node:stream';

/**
 * Holds back what is written until the end of this turn of the event loop: then it leaves in one packet. Small messages
 * come in numbers, and a system call for each costs more than all else that is done for it.
 */
export function holdWrites(stream: Writable): void {
  if (stream.writableCorked > 0) return;
  stream.cork();
  setImmediate(() => stream.uncork());
}
