import { ALL_DATASETS, type Columns } from './definitions.ts';
import { type Api, HoneycombRefusal } from './honeycomb-api.ts';
import type { Report } from './report.ts';

interface Column {
  id: string;
  key_name: string;
  type: string;
  description?: string;
  hidden?: boolean;
}

/** The columns that there are, by dataset; a query that names another one is refused. */
export class KnownColumns {
  private readonly byDataset = new Map<string, Set<string>>();

  /** @param names undefined for a dataset that has had no data yet */
  add(dataset: string, names: Iterable<string> | undefined): void {
    if (names) this.byDataset.set(dataset, new Set(names));
  }

  hasDataset(dataset: string): boolean {
    return dataset === ALL_DATASETS ? this.byDataset.size > 0 : this.byDataset.has(dataset);
  }

  /** A query over all datasets needs each column in one of them. */
  missing(dataset: string, columns: string[]): string[] {
    const sets = dataset === ALL_DATASETS ? [...this.byDataset.values()] : [this.byDataset.get(dataset) ?? new Set()];
    return columns.filter((column) => !sets.some((names) => names.has(column)));
  }
}

/** Describes the columns that data has brought, and makes those that must not be waited for. */
export async function syncColumns(api: Api, { datasets, columns }: Columns, report: Report): Promise<KnownColumns> {
  const known = new KnownColumns();
  for (const dataset of datasets) {
    const existing = await listColumns(api, dataset);
    if (!existing) report.note(`dataset ${dataset} has had no data yet`);
    const names = existing?.map(({ key_name }) => key_name);
    for (const [name, { type, description, create }] of existing ? Object.entries(columns) : []) {
      const column = existing?.find(({ key_name }) => key_name === name);
      const path = `/1/columns/${encodeURIComponent(dataset)}`;
      if (!column) {
        if (!create) continue;
        await api.post(path, { key_name: name, type, description });
        names?.push(name);
        report.did('create', 'column', `${dataset}: ${name}`);
      } else if (column.description === description) {
        report.isAsWanted();
      } else {
        // Without type and hidden they would fall back to their defaults, and a change of type loses data.
        const { key_name, type, hidden = false } = column;
        await api.put(`${path}/${column.id}`, { key_name, type, description, hidden });
        report.did('update', 'column', `${dataset}: ${name}`);
      }
      if (column && column.type !== type) {
        report.note(`column ${name} of ${dataset} is ${column.type}, and honeycomb/columns.json says ${type}`);
      }
    }
    known.add(dataset, names);
  }
  return known;
}

async function listColumns(api: Api, dataset: string): Promise<Column[] | undefined> {
  try {
    return await api.get<Column[]>(`/1/columns/${encodeURIComponent(dataset)}`);
  } catch (error) {
    if (error instanceof HoneycombRefusal && error.status === 404) return undefined;
    throw error;
  }
}
