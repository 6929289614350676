import { type Finding, ok, wrong } from '../finding.ts';
import { printable, whyNot } from '../http.ts';
import type { HoneycombAuth, HoneycombSettings } from '../telemetry.ts';
import type { Context } from './context.ts';

const KINDS: Record<string, string> = {
  ingest: 'an ingest key',
  'classic-ingest': 'a classic ingest key',
  classic: 'a classic key',
  environment: 'an environment key of the older kind',
  configuration: 'a configuration key',
};
const WHERE_KEYS_ARE = 'put an ingest key (Environment Settings > API Keys) into .env, then: npm run doctor';

/** Asks Honeycomb whose the key is. Whether the trace arrived only a key that may query could ask. */
export async function checkHoneycomb({ telemetry, env }: Context): Promise<Finding[]> {
  const settings = telemetry.readHoneycomb(env, []);
  // What keeps it from being used is said where the settings are looked at.
  if (!settings) return [];
  const kind = KINDS[telemetry.honeycombKeyKind(settings.headers['x-honeycomb-team'] ?? '')] ?? 'a key';
  try {
    return [judge(await telemetry.askHoneycombAuth(settings), settings, kind)];
  } catch (error) {
    return [refused(error, settings, kind)];
  }
}

function judge(
  { type, team, environment, maySend }: HoneycombAuth,
  { endpoint }: HoneycombSettings,
  kind: string,
): Finding {
  const owner = environment ? `team ${team}, environment ${environment}` : `the classic team ${team}`;
  if (type === 'configuration' && !maySend) {
    const text = `HONEYCOMB_API_KEY is a configuration key of ${owner}, which cannot send events`;
    return wrong('Honeycomb', text, WHERE_KEYS_ARE);
  }
  if (!maySend) return wrong('Honeycomb', `HONEYCOMB_API_KEY of ${owner} may not send events`, WHERE_KEYS_ARE);
  const ask = 'it cannot ask whether the trace arrived: follow the link';
  return ok('Honeycomb', `${printable(endpoint)} knows HONEYCOMB_API_KEY: ${kind} of ${owner}; ${ask}`);
}

function refused(error: unknown, { endpoint }: HoneycombSettings, kind: string): Finding {
  const reason = whyNot(error);
  const where = printable(endpoint);
  if (reason === 'HTTP 401') {
    const elsewhere = where.includes('eu1')
      ? ''
      : '; an account in the EU needs HONEYCOMB_API_ENDPOINT=https://api.eu1.honeycomb.io';
    const text = `${where} does not know HONEYCOMB_API_KEY, which looks like ${kind} (401)`;
    return wrong('Honeycomb', text, WHERE_KEYS_ARE + elsewhere);
  }
  const text = `${where} (HONEYCOMB_API_ENDPOINT) does not say whose HONEYCOMB_API_KEY is: ${reason}`;
  return wrong('Honeycomb', text, `curl -i ${where}/1/auth`);
}
