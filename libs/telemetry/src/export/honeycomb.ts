/** How a Honeycomb API key looks (https://docs.honeycomb.io/get-started/configure/environments/manage-api-keys/). */
export type HoneycombKeyKind = 'ingest' | 'classic-ingest' | 'configuration' | 'environment' | 'classic' | 'malformed';

const KINDS: [HoneycombKeyKind, RegExp][] = [
  ['classic-ingest', /^hc[a-z]ic_[0-9a-z]{58}$/],
  ['ingest', /^hc[a-z]ik_[0-9a-zA-Z]{20,}$/],
  ['configuration', /^hc[a-z]lk_/],
  ['classic', /^[0-9a-f]{32}$/],
  ['environment', /^[0-9a-zA-Z]{22}$/],
];

export function honeycombKeyKind(key: string): HoneycombKeyKind {
  return KINDS.find(([, shape]) => shape.test(key))?.[0] ?? 'malformed';
}

export interface HoneycombSettings {
  /** Base of the API, without a trailing slash. */
  endpoint: string;
  headers: Record<string, string>;
}

const DEFAULT_ENDPOINT = 'https://api.honeycomb.io';

/**
 * Reads HONEYCOMB_API_KEY, HONEYCOMB_API_ENDPOINT and HONEYCOMB_DATASET. Undefined when no key is set, or
 * when the key cannot work; the reason goes to `problems`, the key never does.
 */
export function readHoneycomb(env: NodeJS.ProcessEnv, problems: string[]): HoneycombSettings | undefined {
  const key = env.HONEYCOMB_API_KEY?.trim();
  if (!key) return undefined;
  const endpoint = readEndpoint(env.HONEYCOMB_API_ENDPOINT?.trim() || DEFAULT_ENDPOINT, problems);
  const dataset = env.HONEYCOMB_DATASET?.trim();
  const refused = refusal(honeycombKeyKind(key), dataset);
  if (refused) problems.push(`HONEYCOMB_API_KEY ${refused}: nothing is sent to Honeycomb`);
  if (refused || !endpoint) return undefined;
  return { endpoint, headers: { 'x-honeycomb-team': key, ...(dataset && { 'x-honeycomb-dataset': dataset }) } };
}

function refusal(kind: HoneycombKeyKind, dataset: string | undefined): string | undefined {
  switch (kind) {
    case 'malformed':
      return 'does not look like a Honeycomb key (an ingest key begins with hc?ik_)';
    case 'configuration':
      return 'is a configuration key, which cannot send events (an ingest key begins with hc?ik_)';
    case 'classic':
    case 'classic-ingest':
      return dataset ? undefined : 'is a classic key, which needs HONEYCOMB_DATASET as well';
    case 'ingest':
    case 'environment':
      return undefined;
  }
}

function readEndpoint(value: string, problems: string[]): string | undefined {
  if (URL.canParse(value) && /^https?:$/.test(new URL(value).protocol)) return value.replace(/\/+$/, '');
  problems.push('HONEYCOMB_API_ENDPOINT is not an http(s) URL: nothing is sent to Honeycomb');
  return undefined;
}
