import { type CheckedQuery, type HoneycombKind as Kind, HONEYCOMB_KINDS, shapeProblems } from './honeycomb-schemas.js';
import { type VendorAnswer, type VendorRequest, VendorStandIn } from './vendor-stand-in.js';

/** Made up here: the right shape, no key of anybody's. */
export const CONFIGURATION_KEY = 'k'.repeat(22);

type Thing = Record<string, any> & { id: string };

const ALL = '__all__';
interface CheckedPanel {
  query_panel?: { query_id: string; query_annotation_id: string };
}
interface CheckedBoard {
  panels?: CheckedPanel[];
}
interface CheckedTrigger {
  query: CheckedQuery;
  frequency?: number;
}
const TRIGGER_QUERY_FIELDS = ['calculations', 'breakdowns', 'filters', 'filter_combination', 'time_range'];

class Refusal extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

function refuse(status: number, message: string): never {
  throw new Refusal(status, message);
}

function mustHaveShape(name: Kind | 'query', value: unknown): void {
  const problems = shapeProblems(name, value);
  if (problems) refuse(422, problems);
}

/**
 * Honeycomb's management API with what it checks: the key, its type and permissions, the shape of every body, that
 * columns exist before a query names them, that queries and the query of an annotation never change.
 */
export class HoneycombManagementApi extends VendorStandIn {
  keyType = 'configuration';
  environment = 'test';
  access: Record<string, boolean> = { queries: true, columns: true, boards: true, triggers: true, markers: true };
  /** Given one after the other before any request is taken again. */
  readonly answers: VendorAnswer[] = [];
  readonly things: Record<Kind, Map<string, Thing>>;
  private ids = 0;

  constructor() {
    super((request) => this.answer(request));
    this.things = Object.fromEntries(HONEYCOMB_KINDS.map((kind) => [kind, new Map()])) as typeof this.things;
  }

  get env(): Record<string, string> {
    return { HONEYCOMB_CONFIG_KEY: CONFIGURATION_KEY, HONEYCOMB_API_ENDPOINT: this.url };
  }

  /** As the arrival of events does: makes the dataset, and columns with the type that a first value had. */
  receiveEvents(dataset: string, columns: Record<string, string>): void {
    for (const [key_name, type] of Object.entries(columns)) {
      const known = this.all('columns', dataset).some((column) => column.key_name === key_name);
      if (!known) this.keep('columns', dataset, { key_name, type, description: '', hidden: false });
    }
  }

  all(kind: Kind, dataset = ALL): Thing[] {
    return [...this.things[kind].values()].filter((thing) => kind === 'boards' || thing.dataset_slug === dataset);
  }

  /** Everything, as comparable text: what a second sync must not change. */
  get state(): string {
    return JSON.stringify(Object.entries(this.things).map(([kind, things]) => [kind, [...things.values()]]));
  }

  get writes(): string[] {
    return this.requests.filter(({ method }) => method !== 'GET').map(({ method, path }) => `${method} ${path}`);
  }

  private answer(request: VendorRequest): VendorAnswer {
    const prepared = this.answers.shift();
    if (prepared) return prepared;
    try {
      return this.dispatch(request);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const { status, message } = error;
      if (status === 400 || status === 422) this.violations.push(`${request.method} ${request.path}: ${message}`);
      return { status, body: { status, error: message } };
    }
  }

  private dispatch({ method, path, headers, body }: VendorRequest): VendorAnswer {
    if (headers['x-honeycomb-team'] !== CONFIGURATION_KEY) refuse(401, 'unknown API key - check your credentials');
    const [version, resource = '', ...rest] = path.slice(1).split('/').map(decodeURIComponent);
    if (version !== '1') refuse(404, 'not found');
    if (resource === 'auth') return { body: this.auth() };
    const kind = HONEYCOMB_KINDS.find((one) => one === resource) ?? refuse(404, 'not found');
    if (this.keyType !== 'configuration' || !this.access[kind === 'query_annotations' ? 'queries' : kind]) {
      refuse(403, 'the API key does not have the required permission');
    }
    const [dataset, id] = kind === 'boards' ? [ALL, rest[0]] : [rest[0] ?? '', rest[1]];
    if (dataset !== ALL && this.all('columns', dataset).length === 0) refuse(404, 'Dataset not found');
    if (kind === 'columns' && dataset === ALL) refuse(404, 'Dataset not found');
    if (method !== 'GET' && method !== 'DELETE' && headers['content-type'] !== 'application/json') {
      refuse(400, 'content-type');
    }
    return this.act(method, kind, dataset, id, body.length > 0 ? (JSON.parse(body.toString()) as object) : undefined);
  }

  private auth(): object {
    const environment = { slug: this.environment, name: this.environment };
    const team = { slug: 'cruddur', name: 'Cruddur' };
    return { id: 'made-up', type: this.keyType, api_key_access: this.access, environment, team };
  }

  private act(method: string, kind: Kind, dataset: string, id: string | undefined, given?: object): VendorAnswer {
    if (method === 'GET' && id === undefined && kind !== 'queries') return { body: this.all(kind, dataset) };
    if (method === 'POST' && id === undefined) {
      this.examine(kind, dataset, given);
      // Honeycomb keeps no AND, as it is what is meant without.
      const { filter_combination: combination, ...kept } = given as Partial<Thing>;
      const spelled =
        combination === undefined || combination === 'AND' ? kept : { ...kept, filter_combination: combination };
      return { status: 201, body: this.keep(kind, dataset, spelled) };
    }
    const thing = this.things[kind].get(id ?? '') ?? refuse(404, 'not found');
    if (method === 'GET') return { body: thing };
    if (kind === 'queries') refuse(405, 'queries do not change');
    if (method === 'DELETE') return this.remove(kind, thing);
    this.examine(kind, dataset, given);
    if (kind === 'query_annotations' && (given as Thing).query_id !== thing.query_id) {
      refuse(422, 'the query of an annotation does not change');
    }
    // What an update leaves out falls back to its default.
    const updated = { ...given, id: thing.id, dataset_slug: thing.dataset_slug };
    this.things[kind].set(thing.id, updated);
    return { body: updated };
  }

  private examine(kind: Kind, dataset: string, given: unknown): void {
    mustHaveShape(kind, given);
    if (kind === 'queries') this.checkQuery(given as CheckedQuery, dataset);
    if (kind === 'query_annotations') this.mustExist('queries', (given as Thing).query_id as string);
    if (kind === 'triggers') this.checkTrigger(given as CheckedTrigger, dataset);
    if (kind === 'boards') for (const panel of (given as CheckedBoard).panels ?? []) this.checkPanel(panel);
    if (kind === 'columns' && (given as Thing).type === 'histogram') refuse(422, 'histograms are for metrics');
  }

  private checkPanel({ query_panel: panel }: CheckedPanel): void {
    if (!panel) return;
    this.mustExist('queries', panel.query_id);
    const annotation = this.mustExist('query_annotations', panel.query_annotation_id);
    if (annotation.query_id !== panel.query_id) refuse(422, 'the annotation is for another query');
  }

  private checkQuery(query: CheckedQuery, dataset: string): void {
    const { calculations = [], filters = [], havings = [], orders = [], breakdowns = [] } = query;
    for (const { op, column } of calculations) {
      const needsNone = op === 'COUNT' || op === 'CONCURRENCY';
      if (needsNone !== (column == null)) refuse(422, `${op} with column ${column}`);
    }
    for (const { op, value } of filters) {
      const needs = /exists?$/.test(op) ? 'no' : /(^|-)in$/.test(op) ? 'a list' : 'one';
      const has = value == null ? 'no' : Array.isArray(value) ? 'a list' : 'one';
      if (needs !== has) refuse(422, `filter ${op} with ${has} value`);
    }
    const named = [...calculations, ...filters, ...havings].flatMap(({ column }) => column ?? []);
    const known = dataset === ALL ? [...this.things.columns.values()] : this.all('columns', dataset);
    for (const column of [...named, ...breakdowns]) {
      if (!known.some(({ key_name }) => key_name === column)) refuse(422, `unknown column ${column}`);
    }
    for (const { op, column } of orders) {
      const isCalculated = calculations.some((one) => one.op === op && (one.column ?? null) === (column ?? null));
      const isAsked = op ? isCalculated : breakdowns.includes(column ?? '');
      if (!isAsked) refuse(422, `order by ${op} ${column}, which is not asked`);
    }
  }

  private checkTrigger({ query, frequency = 900 }: CheckedTrigger, dataset: string): void {
    mustHaveShape('query', query);
    this.checkQuery(query, dataset);
    const other = Object.keys(query).find((field) => !TRIGGER_QUERY_FIELDS.includes(field));
    if (other) refuse(422, `${other} is not allowed in a trigger query`);
    const [calculation, more] = query.calculations ?? [];
    if (!calculation || more) refuse(422, 'a trigger query has exactly one calculation');
    if (/HEATMAP|CONCURRENCY|RATE_/.test(calculation.op)) refuse(422, `${calculation.op} is not for triggers`);
    const range = query.time_range ?? 7_200;
    if (range > 4 * frequency || range > 86_400) refuse(422, 'time_range is more than 4 times the frequency');
  }

  private mustExist(kind: Kind, id: string): Thing {
    return this.things[kind].get(id) ?? refuse(422, `there is no ${kind} ${id}`);
  }

  private remove(kind: Kind, thing: Thing): VendorAnswer {
    const panels = this.all('boards').flatMap((board) => (board as CheckedBoard).panels ?? []);
    const shown = panels.some(({ query_panel: panel }) => panel?.query_annotation_id === thing.id);
    if (kind === 'query_annotations' && shown) refuse(409, 'a board shows it');
    this.things[kind].delete(thing.id);
    return { status: 204, body: undefined };
  }

  private keep(kind: Kind, dataset: string, given: object): Thing {
    const thing = {
      ...given,
      id: `${kind}-${++this.ids}`,
      ...(kind !== 'boards' && { dataset_slug: dataset }),
    } as Thing;
    this.things[kind].set(thing.id, thing);
    return thing;
  }
}
