/**
 * What `npm run honeycomb` runs: puts the project's saved queries, boards, triggers and column descriptions into
 * Honeycomb, and marks deployments. Exit status 1 when something is left to do, 2 when it was called wrongly.
 */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { USAGE, UsageError, parseCommand } from './arguments.ts';
import { HoneycombApi } from './honeycomb-api.ts';
import { HoneycombError } from './honeycomb-error.ts';
import { mark } from './marker.ts';
import { readSettings } from './settings.ts';
import { sync } from './sync.ts';

const root = process.cwd();
const print = (line: string) => void process.stdout.write(`${line}\n`);
const say = (line: string) => void process.stderr.write(`${line}\n`);

try {
  const command = parseCommand(process.argv.slice(2));
  if (existsSync(resolve(root, '.env'))) process.loadEnvFile(resolve(root, '.env'));
  const api = new HoneycombApi(readSettings(process.env), { timeoutMs: command.timeoutMs, say });
  process.exitCode =
    command.name === 'sync'
      ? await sync(api, { root, dryRun: command.dryRun, say: print })
      : await mark(api, command.marker, print);
} catch (error) {
  if (error instanceof UsageError) say(`${error.message}\n${USAGE}`);
  else say(error instanceof HoneycombError ? error.message : String((error as Error).stack));
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
