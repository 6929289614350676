import { type Definitions, type Trigger as Wanted } from './definitions.ts';
import { type Api } from './honeycomb-api.ts';
import { type Query, columnsOf, sameQuery } from './query.ts';
import type { Report } from './report.ts';
import type { KnownColumns } from './sync-columns.ts';

interface Trigger {
  id: string;
  name: string;
  description?: string;
  query?: Query;
  query_id?: string;
  threshold: { op: string; value: number; exceeded_limit?: number };
  frequency?: number;
  alert_type?: string;
  recipients?: unknown[];
  disabled?: boolean;
  tags?: unknown[];
  evaluation_schedule_type?: string;
  evaluation_schedule?: unknown;
}

export async function syncTriggers(
  api: Api,
  triggers: Definitions['triggers'],
  known: KnownColumns,
  report: Report,
): Promise<void> {
  for (const { file, slug: _slug, dataset, ...wanted } of triggers) {
    const { name } = wanted;
    if (!known.hasDataset(dataset)) {
      report.awaits('trigger', name, `the first data of ${dataset}`);
      continue;
    }
    const missing = known.missing(dataset, columnsOf(wanted.query));
    if (missing.length > 0) {
      report.awaits('trigger', name, `data of ${dataset} with ${missing.join(', ')}`);
      continue;
    }
    const path = `/1/triggers/${encodeURIComponent(dataset)}`;
    await report.attempt(file, async () => {
      const found = (await api.get<Trigger[]>(path)).find((trigger) => trigger.name === name);
      if (!found) {
        await api.post(path, wanted);
        report.did('create', 'trigger', name);
      } else if (await isAsWanted(api, dataset, found, wanted)) {
        report.isAsWanted();
      } else {
        await api.put(`${path}/${found.id}`, { ...keptOf(found), ...wanted });
        report.did('update', 'trigger', name);
      }
      if (!found?.recipients?.length) report.note(`trigger ${name} tells nobody: give it a recipient in Honeycomb`);
    });
  }
}

/** Whom it tells, when, and whether it is switched off is decided in Honeycomb; an update without these would reset them. */
function keptOf({ recipients, disabled, tags, evaluation_schedule_type, evaluation_schedule }: Trigger) {
  const kept = { recipients, disabled, tags, evaluation_schedule_type, evaluation_schedule };
  return Object.fromEntries(Object.entries(kept).filter(([, value]) => value !== undefined));
}

async function isAsWanted(
  api: Api,
  dataset: string,
  found: Trigger,
  wanted: Omit<Wanted, 'dataset'>,
): Promise<boolean> {
  const inline = found.query && Object.keys(found.query).length > 0 ? found.query : undefined;
  const path = `/1/queries/${encodeURIComponent(dataset)}/${found.query_id}`;
  const query = inline ?? (await api.get<Query>(path));
  const settings = ({ description, threshold, frequency, alert_type }: Trigger | typeof wanted) =>
    [
      description ?? '',
      threshold.op,
      threshold.value,
      threshold.exceeded_limit ?? 1,
      frequency,
      alert_type ?? 'on_change',
    ].join('\n');
  return settings(found) === settings(wanted) && sameQuery(query, wanted.query);
}
