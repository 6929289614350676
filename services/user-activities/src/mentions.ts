/** Not part of an address (ada@example.org), a path (/@ada) or another handle, and no longer than a handle can be. */
const MENTION = /(?<![\w@/.])@([a-z0-9_]{1,30})(?![\w@])/gi;

/** The handles a message mentions with an @, in lower case, each once, whether or not they exist. */
export function mentionedHandles(message: string): string[] {
  const handles = new Set<string>();
  for (const [, handle] of message.matchAll(MENTION)) handles.add(handle!.toLowerCase());
  return [...handles];
}
