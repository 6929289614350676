import { honeycombKeyKind } from '../../libs/telemetry/src/export/honeycomb.ts';
import { HoneycombError } from './honeycomb-error.ts';

export interface HoneycombSettings {
  key: string;
  /** The value is a key's name (hc?lk_...), which some take for the key. */
  looksLikeId: boolean;
  /** Base of the API, without a trailing slash. */
  endpoint: string;
}

const WHERE = 'Honeycomb: Environment Settings > API Keys > Configuration';
const MALFORMED =
  'does not look like a key of Honeycomb (22 letters and digits); what is needed is a configuration key';
const MANAGEMENT_KEY = /^hc[a-z]mk_/;

/**
 * Reads HONEYCOMB_CONFIG_KEY and HONEYCOMB_API_ENDPOINT.
 *
 * @throws HoneycombError when a variable is missing or cannot work; it names the variable and never its value
 */
export function readSettings(env: NodeJS.ProcessEnv): HoneycombSettings {
  const key = env.HONEYCOMB_CONFIG_KEY?.trim();
  if (!key) {
    throw new HoneycombError(`HONEYCOMB_CONFIG_KEY is not set: put a configuration key in .env or the environment.
You find or make one in ${WHERE}.`);
  }
  const wrong = refusal(key);
  if (wrong) throw new HoneycombError(`HONEYCOMB_CONFIG_KEY ${wrong}.\nYou find or make one in ${WHERE}.`);
  return { key, looksLikeId: honeycombKeyKind(key) === 'configuration', endpoint: readEndpoint(env) };
}

function refusal(key: string): string | undefined {
  // What does not fit into a header would be quoted by the error that says so.
  if (!/^\w+$/.test(key)) return MALFORMED;
  if (MANAGEMENT_KEY.test(key)) return 'is a management key of the team; what is needed is a configuration key';
  switch (honeycombKeyKind(key)) {
    case 'ingest':
    case 'classic-ingest':
      return 'is an ingest key, which can only send events (HONEYCOMB_API_KEY is its place); what is needed is a configuration key';
    case 'classic':
      return 'is a classic key; what is needed is the configuration key of an environment';
    case 'malformed':
      return MALFORMED;
    case 'configuration':
    case 'environment':
      return undefined;
  }
}

function readEndpoint(env: NodeJS.ProcessEnv): string {
  const value = env.HONEYCOMB_API_ENDPOINT?.trim() || 'https://api.honeycomb.io';
  const url = URL.canParse(value) ? new URL(value) : undefined;
  const isBase = url && /^https?:$/.test(url.protocol) && !url.username && !url.password && !url.search && !url.hash;
  if (isBase) return value.replace(/\/+$/, '');
  throw new HoneycombError(
    'HONEYCOMB_API_ENDPOINT is not the http(s) URL of an API: leave it out, or set https://api.eu1.honeycomb.io for the EU.',
  );
}
