import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** The environment, with what .env adds to it. An empty variable counts as unset. */
export function readEnvironment(root: string): NodeJS.ProcessEnv {
  if (existsSync(join(root, '.env'))) process.loadEnvFile(join(root, '.env'));
  return Object.fromEntries(Object.entries(process.env).filter(([, value]) => value !== ''));
}
