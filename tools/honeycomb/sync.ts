import { checkKey } from './auth.ts';
import { readDefinitions } from './definitions.ts';
import { type HoneycombApi, dryRunOf } from './honeycomb-api.ts';
import { Report } from './report.ts';
import { syncBoards } from './sync-boards.ts';
import { syncColumns } from './sync-columns.ts';
import { removeOutdated, syncQueries } from './sync-queries.ts';
import { syncTriggers } from './sync-triggers.ts';

export interface SyncOptions {
  /** Where queries/ and honeycomb/ are. */
  root: string;
  dryRun: boolean;
  say: (line: string) => void;
}

/**
 * Makes Honeycomb have what the files say, found again by name. What is in Honeycomb and in no file is left alone.
 *
 * @returns the exit status: 1 when something has to wait
 */
export async function sync(honeycomb: HoneycombApi, { root, dryRun, say }: SyncOptions): Promise<number> {
  const definitions = readDefinitions(root);
  const where = await checkKey(honeycomb, ['queries', 'columns', 'boards', 'triggers']);
  say(`Honeycomb: ${where}${dryRun ? ', dry run: nothing is written' : ''}`);
  const api = dryRun ? dryRunOf(honeycomb) : honeycomb;
  const report = new Report(say, dryRun);
  const columns = await syncColumns(api, definitions.columns, report);
  const queries = await syncQueries(api, definitions.queries, columns, report);
  await syncBoards(api, definitions, queries, report);
  await removeOutdated(api, queries.outdated, report);
  await syncTriggers(api, definitions.triggers, columns, report);
  return report.finish();
}
