/** Query parameters whose values are credentials. The first four are named by the semantic conventions. */
const SECRET_PARAMETER =
  /([?&](?:AWSAccessKeyId|Signature|sig|X-Goog-Signature|[^=&#]*(?:token|secret|password|api[-_]?key))=)[^&#]*/gi;

/** `url.query` and `url.full` keep the parameter's name and lose its value. */
export function redactQuery(url: string): string {
  return url.includes('=') ? url.replace(SECRET_PARAMETER, '$1REDACTED') : url;
}

/** Splits a request target into path and query (without `?`), without parsing it as a URL. */
export function splitTarget(target: string): { path: string; query: string | undefined } {
  const mark = target.indexOf('?');
  return mark === -1
    ? { path: target, query: undefined }
    : { path: target.slice(0, mark), query: redactQuery(target.slice(mark)).slice(1) };
}
