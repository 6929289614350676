import type { HoneycombApi } from './honeycomb-api.ts';
import { HoneycombError } from './honeycomb-error.ts';

/** What a key may do, as /1/auth names it, and as the page with its check boxes does. */
const PERMISSIONS = {
  queries: 'Manage Queries and Columns',
  columns: 'Manage Queries and Columns',
  boards: 'Manage Public Boards',
  triggers: 'Manage Triggers',
  markers: 'Manage Markers',
} as const;
export type Permission = keyof typeof PERMISSIONS;

interface Auth {
  type?: string;
  api_key_access?: Partial<Record<Permission, boolean>>;
  environment?: { slug?: string };
  team?: { slug?: string };
}

/**
 * Asks Honeycomb what the key is, before anything is written.
 *
 * @returns where it leads, for the terminal
 * @throws HoneycombError when it is of another type, or lacks a permission
 */
export async function checkKey(api: HoneycombApi, needed: readonly Permission[]): Promise<string> {
  const { type, api_key_access = {}, environment, team } = (await api.get<Auth | undefined>('/1/auth')) ?? {};
  if (type !== undefined && type !== 'configuration') {
    throw new HoneycombError(
      `Honeycomb says that HONEYCOMB_CONFIG_KEY is of type ${type}: use a configuration key (Environment Settings > API Keys > Configuration).`,
    );
  }
  if (!environment?.slug) {
    throw new HoneycombError(
      'HONEYCOMB_CONFIG_KEY belongs to Honeycomb Classic, which has no queries over all datasets: use the configuration key of an environment.',
    );
  }
  const missing = new Set(needed.filter((name) => !api_key_access[name]).map((name) => PERMISSIONS[name]));
  if (missing.size > 0) {
    const names = [...missing].map((name) => `«${name}»`).join(', ');
    throw new HoneycombError(
      `HONEYCOMB_CONFIG_KEY lacks ${names}: tick it in Environment Settings > API Keys > Configuration, or make a key that has it.`,
    );
  }
  return `team ${team?.slug ?? '?'}, environment ${environment.slug} (${new URL(api.endpoint).host})`;
}
