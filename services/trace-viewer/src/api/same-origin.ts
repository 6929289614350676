import { isIP } from 'node:net';
import type { FastifyRequest } from 'fastify';

/** Name of a Host header without its port, IPv6 without brackets. */
function hostName(host: string): string | null {
  try {
    return new URL(`http://${host}`).hostname.replace(/^\[|\]$/g, '').toLowerCase();
  } catch {
    return null;
  }
}

/**
 * Why a request is refused, or null. A page on another site can make a browser send requests here, and by DNS
 * rebinding even read the answers under its own name: so names other than ours are refused (addresses cannot be
 * rebound), and so is every origin that is not this very one.
 */
export function refuseForeign(request: FastifyRequest, allowedHosts: readonly string[]): string | null {
  const { host = '', origin } = request.headers;
  const name = hostName(host);
  if (name === null || !(name === 'localhost' || isIP(name) !== 0 || allowedHosts.includes(name)))
    return 'this Host is not allowed; VIEWER_ALLOWED_HOSTS names further ones';
  if (origin !== undefined && origin.toLowerCase() !== `http://${host.toLowerCase()}`)
    return 'requests from pages of another origin are not allowed';
  // Requests without Origin, such as those of <img> and <script>, still say where they come from.
  const site = request.headers['sec-fetch-site'];
  const foreign = site === 'cross-site' || site === 'same-site';
  if (foreign && request.headers['sec-fetch-mode'] !== 'navigate')
    return 'requests from pages of another origin are not allowed';
  return null;
}
