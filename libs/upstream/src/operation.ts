import type { z } from 'zod';

/** What a neighbour offers, as its contract tells it. */
export interface UpstreamOperation {
  readonly method: 'GET' | 'POST';
  /** RFC 6570 level 1 template; it names the client span and `url.template`: `/users/{handle}/activities`. */
  readonly path: string;
  /** May be repeated as it is. Any operation may be with an Idempotency-Key. */
  readonly idempotent: boolean;
  readonly response: z.ZodType;
}

type QueryValue = string | number | undefined;

/** The template with each `{name}` replaced, and the query in the order given, without what is undefined. */
export function expandPath(
  template: string,
  params: Readonly<Record<string, string>> = {},
  query: Readonly<Record<string, QueryValue>> = {},
): string {
  const path = template.replace(/\{(\w+)\}/g, (_match, name: string) => {
    const value = params[name];
    if (value === undefined) throw new TypeError(`${template} needs the parameter ${name}`);
    return encodeURIComponent(value);
  });
  let separator = '?';
  let target = path;
  for (const name in query) {
    const value = query[name];
    if (value === undefined) continue;
    target += `${separator}${name}=${encodeURIComponent(value)}`;
    separator = '&';
  }
  return target;
}
