/** A handle after an @ that does not stand in the middle of a word. */
const MENTION = /(?<![\p{L}\p{N}_@])@([a-z0-9_]{1,30})(?![\p{L}\p{N}_])/giu;

export type Part = string | { handle: string };

/** A message cut into text and mentions. */
export function partsOf(message: string): Part[] {
  const parts: Part[] = [];
  let at = 0;
  for (const { index, 0: text, 1: handle } of message.matchAll(MENTION)) {
    if (index > at) parts.push(message.slice(at, index));
    parts.push({ handle: handle!.toLowerCase() });
    at = index + text.length;
  }
  if (at < message.length) parts.push(message.slice(at));
  return parts;
}
