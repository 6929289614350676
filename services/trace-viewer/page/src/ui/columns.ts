import { signal } from '@preact/signals';
import { get } from '../api/client.js';
import { type ColumnList, type Dataset, type ValueList } from '../api/types.js';

type Columns = ColumnList['columns'];
const known = { spans: signal<Columns>([]), logs: signal<Columns>([]) };
const loadedAt = { spans: 0, logs: 0 };

/** The columns that a query may name, loaded again at most every ten seconds. */
export function columnsOf(dataset: Dataset): Columns {
  if (Date.now() - loadedAt[dataset] > 10_000) {
    loadedAt[dataset] = Date.now();
    void get<ColumnList>('columns', { dataset }).then(
      ({ columns }) => (known[dataset].value = columns),
      () => (loadedAt[dataset] = 0),
    );
  }
  return known[dataset].value;
}

export async function valuesOf(dataset: Dataset, column: string, prefix = ''): Promise<string[]> {
  const { values } = await get<ValueList>('columns/values', { dataset, column, prefix, limit: 20 });
  return values.map(({ value }) => String(value));
}
