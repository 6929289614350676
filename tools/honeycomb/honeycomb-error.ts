/** Something that the person at the terminal can put right; the message says what to do next, and never holds a key. */
export class HoneycombError extends Error {
  override readonly name = 'HoneycombError';
}
