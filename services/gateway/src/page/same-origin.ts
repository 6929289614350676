import type { FastifyRequest } from 'fastify';

/**
 * Whether a request can come from our own page. Browsers say by `Sec-Fetch-Site` and `Origin` who makes a request, and
 * scripts cannot change that; others say neither. The scheme is not compared: TLS may end in front of the gateway.
 */
export function isSameOrigin({ headers }: FastifyRequest): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin') return false;
  const { origin, host } = headers;
  if (origin === undefined) return true;
  return URL.canParse(origin) && host !== undefined && new URL(origin).host === host.toLowerCase();
}
