import { ALL_DATASETS, type Definitions } from './definitions.ts';
import type { Api } from './honeycomb-api.ts';
import { type Query, columnsOf, sameQuery, toSend } from './query.ts';
import type { Report } from './report.ts';
import type { KnownColumns } from './sync-columns.ts';

/** A saved query of Honeycomb: a name for a query. Neither a query nor which one the name is for can be changed. */
interface QueryAnnotation {
  id: string;
  name: string;
  description?: string;
  query_id: string;
}

export interface SyncedQueries {
  /** By slug. */
  saved: Map<string, QueryAnnotation>;
  /** Of the same name, for what a file said before; boards may still show them. */
  outdated: QueryAnnotation[];
}

const ANNOTATIONS = `/1/query_annotations/${ALL_DATASETS}`;
const QUERIES = `/1/queries/${ALL_DATASETS}`;

export async function syncQueries(
  api: Api,
  queries: Definitions['queries'],
  known: KnownColumns,
  report: Report,
): Promise<SyncedQueries> {
  const result: SyncedQueries = { saved: new Map(), outdated: [] };
  const all = await api.get<QueryAnnotation[]>(ANNOTATIONS);
  for (const { file, slug, name, description, dataset, query } of queries) {
    if (dataset === 'logs') {
      report.note(`${file} is about log lines, which Honeycomb does not get`);
      continue;
    }
    const named = all.filter((annotation) => annotation.name === name);
    await report.attempt(file, async () => {
      const missing = known.missing(ALL_DATASETS, columnsOf(query));
      if (missing.length > 0) {
        // What the file said before stays until then.
        if (named[0]) result.saved.set(slug, named[0]);
        return report.awaits('query', name, `data with ${missing.join(', ')}`);
      }
      const same = await findSame(api, named, query);
      const text = { name, description };
      if (!same) {
        const { id } = await api.post<{ id: string }>(QUERIES, toSend(query));
        result.saved.set(slug, await api.post(ANNOTATIONS, { ...text, query_id: id }));
        report.did(named.length > 0 ? 'update' : 'create', 'query', name);
      } else {
        result.saved.set(slug, same);
        if ((same.description ?? '') === description) report.isAsWanted();
        else {
          await api.put(`${ANNOTATIONS}/${same.id}`, { ...text, query_id: same.query_id });
          report.did('update', 'query', name);
        }
      }
      result.outdated.push(...named.filter(({ id }) => id !== same?.id));
    });
  }
  return result;
}

async function findSame(api: Api, named: QueryAnnotation[], query: Query): Promise<QueryAnnotation | undefined> {
  for (const annotation of named) {
    if (sameQuery(await api.get<Query>(`${QUERIES}/${annotation.query_id}`), query)) return annotation;
  }
  return undefined;
}

/** After the boards show the new ones. */
export async function removeOutdated(api: Api, outdated: QueryAnnotation[], report: Report): Promise<void> {
  for (const { id, name } of outdated) {
    await report.attempt(`the former query ${name}`, async () => {
      await api.delete(`${ANNOTATIONS}/${id}`);
      report.did('remove', 'query', `${name} (the former one)`);
    });
  }
}
