/** As user-activities finds them: no addresses, no paths, and no longer than a handle can be. */
const MENTION = /(?<![\w@/.])@([a-z0-9_]{1,30})(?![\w@])/gi;

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
