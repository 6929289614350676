import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { Board, Calculation, Filter, SavedQuery } from '../../services/trace-viewer/src/api/schemas/query.ts';
import { HoneycombError } from './honeycomb-error.ts';

/** Stands for every dataset of the environment. */
export const ALL_DATASETS = '__all__';

const ColumnDefinition = z.strictObject({
  type: z.enum(['string', 'float', 'integer', 'boolean']),
  description: z.string().min(1).max(255),
  /** Made before its first value comes, because queries need it and it comes seldom. */
  create: z.boolean().default(false),
});

/** honeycomb/columns.json */
const Columns = z.strictObject({
  /** One per service, which is how Honeycomb sorts traces by itself. */
  datasets: z.array(z.string().min(1)).min(1),
  columns: z.record(z.string().min(1).max(255), ColumnDefinition),
});
export type Columns = z.infer<typeof Columns>;

const DAY = 86_400;
const NO_TRIGGER = /^(HEATMAP|CONCURRENCY|RATE_)/;

/** https://docs.honeycomb.io/api/triggers/: what a trigger's query may have is less than what a saved one may. */
const Trigger = z
  .strictObject({
    name: z.string().min(1).max(120),
    description: z.string().max(1023).default(''),
    dataset: z.string().min(1),
    query: z.strictObject({
      calculations: z.array(Calculation).length(1, 'a trigger has exactly one calculation'),
      breakdowns: z.array(z.string()).optional(),
      filters: z.array(Filter).optional(),
      filter_combination: z.enum(['AND', 'OR']).optional(),
      time_range: z.number().int().min(60).max(DAY),
    }),
    threshold: z.strictObject({
      op: z.enum(['>', '>=', '<', '<=']),
      value: z.number(),
      exceeded_limit: z.number().int().min(1).max(5).optional(),
    }),
    frequency: z.number().int().min(60).max(DAY).multipleOf(60),
    alert_type: z.enum(['on_change', 'on_true']).optional(),
  })
  .refine(({ query }) => !NO_TRIGGER.test(query.calculations[0]?.op ?? ''), {
    path: ['query', 'calculations', 0, 'op'],
    message: 'cannot be watched by a trigger',
  })
  .refine(({ query, frequency }) => query.time_range <= 4 * frequency, {
    path: ['query', 'time_range'],
    message: 'is at most four times the frequency',
  });
export type Trigger = z.infer<typeof Trigger>;

interface FromFile {
  /** Relative to the project, for messages. */
  file: string;
  /** The file's name without its ending. */
  slug: string;
}

export interface Definitions {
  queries: (SavedQuery & FromFile)[];
  boards: (Board & FromFile)[];
  triggers: (Trigger & FromFile)[];
  columns: Columns;
}

/**
 * Reads what is to stand in Honeycomb: the trace viewer's saved queries and boards, and honeycomb/.
 *
 * @param root of the project
 * @throws HoneycombError that names every file with something wrong in it
 */
export function readDefinitions(root: string): Definitions {
  const problems: string[] = [];
  const queries = readFolder(root, 'queries', SavedQuery, problems);
  const boards = readFolder(root, 'queries/boards', Board, problems);
  const triggers = readFolder(root, 'honeycomb/triggers', Trigger, problems);
  const columns = readFile(root, 'honeycomb/columns.json', Columns, problems);

  for (const { file, queries: slugs } of boards) {
    const missing = slugs.filter((slug) => !existsSync(join(root, 'queries', `${slug}.json`)));
    for (const slug of missing) problems.push(`${file}: there is no queries/${slug}.json`);
  }
  for (const { file, dataset } of triggers) {
    if (dataset === ALL_DATASETS || !columns || columns.datasets.includes(dataset)) continue;
    problems.push(`${file}: dataset ${dataset} is not among the datasets of honeycomb/columns.json`);
  }
  for (const files of [queries, boards, triggers]) problems.push(...sameNames(files));
  if (problems.length > 0 || !columns) {
    throw new HoneycombError(
      `Nothing was sent; correct this first:\n${problems.map((text) => `  ${text}`).join('\n')}`,
    );
  }
  return { queries, boards, triggers, columns };
}

function readFolder<S extends z.ZodType<object>>(root: string, folder: string, schema: S, problems: string[]) {
  if (!existsSync(join(root, folder))) return [];
  const names = readdirSync(join(root, folder)).filter((name) => name.endsWith('.json'));
  return names.sort().flatMap((name) => {
    const file = `${folder}/${name}`;
    const read = readFile(root, file, schema, problems);
    return read ? [{ ...read, file, slug: name.slice(0, -'.json'.length) }] : [];
  });
}

function readFile<S extends z.ZodType<object>>(
  root: string,
  file: string,
  schema: S,
  problems: string[],
): z.output<S> | undefined {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(join(root, file), 'utf8'));
  } catch (error) {
    problems.push(`${file}: ${(error as Error).message}`);
    return undefined;
  }
  const { success, data, error } = schema.safeParse(content);
  if (success) return data;
  for (const { path, message } of error.issues) {
    problems.push([file, path.map(String).join('.'), message].filter(Boolean).join(': '));
  }
  return undefined;
}

/** Things are found by their names again, so a name stands for one file. */
function sameNames(files: (FromFile & { name: string })[]): string[] {
  return files.flatMap(({ file, name }, i) => {
    const other = files.slice(0, i).find((earlier) => earlier.name === name);
    return other ? [`${file}: has the name of ${other.file}`] : [];
  });
}
