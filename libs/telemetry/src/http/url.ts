/** Query parameters whose values are credentials. The first four are named by the semantic conventions. */
const SECRET_PARAMETER =
  /([?&](?:AWSAccessKeyId|Signature|sig|X-Goog-Signature|[^=&#?]*(?:token|secret|password|api[-_]?key))=)[^&#]*/gi;

/** Some word of the above: tells at a glance that nearly no URL holds a credential. */
const SECRET_WORD = /signature|sig=|accesskeyid|token|secret|password|api[-_]?key/i;

/** `url.query` and `url.full` keep the parameter's name and lose its value. */
export function redactQuery(url: string): string {
  return url.includes('=') && SECRET_WORD.test(url) ? url.replace(SECRET_PARAMETER, '$1REDACTED') : url;
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

export interface Authority {
  address: string;
  port: number | undefined;
}

/** Clients call a service by few names; should one send many, it begins anew now and then. */
const MAX_HOSTS = 1_000;
const MAX_HOST_LENGTH = 100;
const authorities = new Map<string, Authority>();

/** Splits a Host header. */
export function splitHost(host: string): Authority {
  let authority = authorities.get(host);
  if (!authority) {
    const port = /:(\d+)$/.exec(host)?.[1];
    const name = host.startsWith('[') ? host.slice(1, host.indexOf(']')) : host.split(':', 1)[0]!;
    authority = { address: name, port: port === undefined ? undefined : Number(port) };
    if (authorities.size >= MAX_HOSTS) authorities.clear();
    if (host.length <= MAX_HOST_LENGTH) authorities.set(host, authority);
  }
  return authority;
}

/** An IPv6 address stands in brackets only where a port may follow. */
export function withoutBrackets(hostname: string): string {
  return hostname.startsWith('[') ? hostname.slice(1, -1) : hostname;
}
