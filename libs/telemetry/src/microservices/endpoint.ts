import type { Attributes } from '@opentelemetry/api';
import { ATTR_SERVER_ADDRESS, ATTR_SERVER_PORT } from '../attributes.js';

/** Where a broker or server listens, in any of the forms that the options of Nest's transports take. */
export type Endpoint = string | { hostname?: unknown; host?: unknown; port?: unknown } | undefined;

/**
 * `server.address` and `server.port`. User name and password of a URL are left behind; of a cluster's several
 * members it is not known which one a message goes to, so nothing is said.
 */
export function endpointAttributes(endpoints: Endpoint | readonly Endpoint[], defaultPort: number): Attributes {
  const [endpoint, ...others] = [endpoints as Endpoint[]].flat();
  if (endpoint === undefined || others.length > 0) return {};
  const { host, port } = typeof endpoint === 'string' ? parse(endpoint) : fromOptions(endpoint);
  if (!host) return {};
  return { [ATTR_SERVER_ADDRESS]: host, [ATTR_SERVER_PORT]: Number(port) || defaultPort };
}

function parse(endpoint: string): { host?: string; port?: string } {
  const url = endpoint.includes('://') ? endpoint : `tcp://${endpoint}`;
  if (!URL.canParse(url)) return {};
  const { hostname, port } = new URL(url);
  return { host: hostname.replace(/^\[|\]$/g, ''), port };
}

function fromOptions(options: Exclude<Endpoint, string | undefined>) {
  const host = options.hostname ?? options.host;
  return { host: typeof host === 'string' ? host : undefined, port: options.port };
}
