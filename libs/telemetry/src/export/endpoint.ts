/**
 * An http(s) URL out of a variable, or the default. Undefined, with the reason in `problems`, when the variable holds
 * something else; what it holds is not printed, as it may be a secret in the wrong place.
 */
export function readUrl(env: NodeJS.ProcessEnv, name: string, fallback: string, problems: string[]): URL | undefined {
  const value = env[name]?.trim() || fallback;
  if (URL.canParse(value) && /^https?:$/.test(new URL(value).protocol)) return new URL(value);
  problems.push(`${name} is not an http(s) URL: nothing is sent there`);
  return undefined;
}

/** Without credentials and query, for messages. */
export function printableUrl({ protocol, host, pathname }: URL): string {
  return `${protocol}//${host}${pathname}`;
}
