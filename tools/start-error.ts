/** Something that the person at the terminal can put right; the message says what, and names the variable. */
export class StartError extends Error {
  override readonly name = 'StartError';
}
