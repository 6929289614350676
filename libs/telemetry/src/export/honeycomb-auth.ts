import type { HoneycombSettings } from './honeycomb.js';

/** What Honeycomb says about a key (https://docs.honeycomb.io/api/auth/). */
export interface HoneycombAuth {
  /** `ingest` or `configuration`; older keys have none. */
  type?: string;
  team: string;
  /** Undefined for a classic key, which belongs to no environment. */
  environment: string | undefined;
  /** False when the key may send no events. */
  maySend: boolean;
}

const TIMEOUT_MS = 3_000;

interface Answer {
  type?: string;
  team?: { slug?: string };
  environment?: { slug?: string };
  api_key_access?: { events?: boolean };
}

/**
 * Asks Honeycomb whose the key is.
 *
 * @throws Error without the key in it; its `status` is the answer's, when there was one
 */
export async function askHoneycombAuth({ endpoint, headers }: HoneycombSettings): Promise<HoneycombAuth> {
  const key = headers['x-honeycomb-team'] ?? '';
  const response = await fetch(`${endpoint}/1/auth`, {
    headers: { 'x-honeycomb-team': key },
    redirect: 'manual',
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  const body = await response.text();
  if (!response.ok) throw Object.assign(new Error(`HTTP ${response.status}`), { status: response.status });
  const { type, team, environment, api_key_access: access } = parse(body);
  if (!team?.slug) throw new Error('the answer names no team');
  return { type, team: team.slug, environment: environment?.slug || undefined, maySend: access?.events !== false };
}

function parse(body: string): Answer {
  try {
    return (JSON.parse(body) ?? {}) as Answer;
  } catch {
    throw new Error('the answer is not JSON');
  }
}
