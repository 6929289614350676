/** Query parameters whose values are credentials. The first four are named by the semantic conventions. */
const SECRET_PARAMETER =
  /([?&](?:AWSAccessKeyId|Signature|sig|X-Goog-Signature|[^=&#]*(?:token|secret|password|api[-_]?key))=)[^&#]*/gi;

/** `url.query` and `url.full` keep the parameter's name and lose its value. */
export function redactQuery(url: string): string {
  return url.includes('=') ? url.replace(SECRET_PARAMETER, '$1REDACTED') : url;
}

const ORIGIN = /^https?:\/\/[^/?#]*/i;

/**
 * Splits a request target into path and query (without `?`), without parsing it as a URL. A proxy may send the whole
 * URL, with a password in it; a fragment is nobody's business.
 */
export function splitTarget(target: string): { path: string; query: string | undefined } {
  let rest = target.startsWith('/') ? target : target.replace(ORIGIN, '') || '/';
  const hash = rest.indexOf('#');
  if (hash !== -1) rest = rest.slice(0, hash);
  const mark = rest.indexOf('?');
  return mark === -1
    ? { path: rest, query: undefined }
    : { path: rest.slice(0, mark), query: redactQuery(rest.slice(mark)).slice(1) };
}

/** An IPv6 address stands in brackets only where a port may follow. */
export function withoutBrackets(hostname: string): string {
  return hostname.startsWith('[') ? hostname.slice(1, -1) : hostname;
}
