import { readUrl } from '../export/endpoint.js';

export interface RollbarSettings {
  accessToken: string;
  endpoint: URL;
  environment: string;
  codeVersion: string | undefined;
  service: string;
}

const DEFAULT_ENDPOINT = 'https://api.rollbar.com/api/1/item/';

/**
 * Reads ROLLBAR_ACCESS_TOKEN, ROLLBAR_ENDPOINT, ROLLBAR_ENVIRONMENT (default NODE_ENV) and ROLLBAR_CODE_VERSION (default
 * the service's version). Undefined when there is no token, or something is wrong with it.
 */
export function readRollbar(
  env: NodeJS.ProcessEnv,
  resource: Record<string, unknown>,
  problems: string[],
): RollbarSettings | undefined {
  const accessToken = env.ROLLBAR_ACCESS_TOKEN?.trim();
  if (!accessToken) return undefined;
  if (!/^[\w-]{16,}$/.test(accessToken)) {
    problems.push('ROLLBAR_ACCESS_TOKEN does not look like an access token: nothing is sent to Rollbar');
    return undefined;
  }
  const endpoint = readUrl(env, 'ROLLBAR_ENDPOINT', DEFAULT_ENDPOINT, problems);
  if (!endpoint) return undefined;
  if (endpoint.pathname === '/') endpoint.pathname = '/api/1/item/';
  const version = resource['service.version'];
  return {
    accessToken,
    endpoint,
    environment: env.ROLLBAR_ENVIRONMENT?.trim() || env.NODE_ENV || 'development',
    codeVersion: env.ROLLBAR_CODE_VERSION?.trim() || (typeof version === 'string' ? version : undefined),
    service: env.OTEL_SERVICE_NAME ?? 'unknown_service',
  };
}
