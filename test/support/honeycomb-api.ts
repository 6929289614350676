import { Ajv, type ValidateFunction } from 'ajv';
import { type VendorAnswer, type VendorRequest, VendorStandIn } from './vendor-stand-in.js';

/** Made up here: the right shape, no key of anybody's. */
export const CONFIGURATION_KEY = 'k'.repeat(22);

type Thing = Record<string, any> & { id: string };
type Kind = 'queries' | 'query_annotations' | 'boards' | 'triggers' | 'markers' | 'columns';

const ALL = '__all__';
const text = (maxLength: number, minLength = 0) => ({ type: 'string', minLength, maxLength });
const object = (required: string[], properties: object) => ({
  type: 'object',
  required,
  properties,
  additionalProperties: false,
});
const list = (items: object, limits: object = {}) => ({ type: 'array', maxItems: 100, items, ...limits });
const seconds = { type: 'integer', minimum: 1 };
const OP = {
  enum: 'COUNT CONCURRENCY SUM AVG COUNT_DISTINCT HEATMAP MAX MIN P001 P01 P05 P10 P20 P25 P50 P75 P80 P90 P95 P99 P999 RATE_AVG RATE_SUM RATE_MAX'.split(
    ' ',
  ),
};
const FILTER_OP = {
  enum: '= != > >= < <= starts-with does-not-start-with ends-with does-not-end-with exists does-not-exist contains does-not-contain in not-in'.split(
    ' ',
  ),
};
const column = { type: ['string', 'null'] };
const query = object([], {
  breakdowns: list({ type: 'string' }),
  calculations: list(object(['op'], { op: OP, column })),
  filters: list(object(['column', 'op'], { op: FILTER_OP, column, value: {} })),
  filter_combination: { enum: ['AND', 'OR'] },
  granularity: seconds,
  orders: list(object([], { op: OP, column: { type: 'string' }, order: { enum: ['ascending', 'descending'] } })),
  limit: { type: 'integer', minimum: 1, maximum: 1_000 },
  start_time: seconds,
  end_time: seconds,
  time_range: seconds,
  havings: list(
    object(['calculate_op'], {
      calculate_op: OP,
      column,
      op: { enum: '= != > >= < <='.split(' ') },
      value: { type: 'number' },
    }),
  ),
});
const whole = { type: 'integer', minimum: 0 };
const tags = list(object(['key', 'value'], { key: text(32, 1), value: text(128, 1) }), { maxItems: 10 });
const panel = {
  oneOf: [
    object(['type', 'query_panel'], {
      type: { const: 'query' },
      position: object([], { x_coordinate: whole, y_coordinate: whole, width: whole, height: whole }),
      query_panel: object(['query_id', 'query_annotation_id'], {
        query_id: { type: 'string' },
        query_annotation_id: { type: 'string' },
        query_style: { enum: ['graph', 'table', 'combo'] },
        visualization_settings: { type: 'object' },
      }),
    }),
    object(['type', 'text_panel'], {
      type: { const: 'text' },
      position: object([], { x_coordinate: whole, y_coordinate: whole, width: whole, height: whole }),
      text_panel: object(['content'], { content: { type: 'string' } }),
    }),
  ],
};

/** Written from the reference of the API (https://docs.honeycomb.io/api/), not from what our command sends. */
const SCHEMAS: Record<Kind, object> = {
  queries: query,
  query_annotations: object(['name', 'query_id'], {
    name: text(320, 1),
    description: text(1_023),
    query_id: { type: 'string' },
  }),
  boards: object(['name', 'type'], {
    name: text(255, 1),
    description: text(1_024),
    type: { const: 'flexible' },
    layout_generation: { enum: ['auto', 'manual'] },
    panels: list(panel),
    preset_filters: list({ type: 'object' }, { maxItems: 5 }),
    tags,
  }),
  triggers: object(['name', 'query', 'threshold'], {
    name: text(120, 1),
    description: text(1_023),
    query: { type: 'object' },
    threshold: object(['op', 'value'], {
      op: { enum: ['>', '>=', '<', '<='] },
      value: { type: 'number' },
      exceeded_limit: { type: 'integer', minimum: 1, maximum: 5 },
    }),
    frequency: { type: 'integer', minimum: 60, maximum: 86_400, multipleOf: 60 },
    alert_type: { enum: ['on_change', 'on_true'] },
    disabled: { type: 'boolean' },
    recipients: list(object(['id'], { id: { type: 'string' }, type: { type: 'string' }, target: { type: 'string' } })),
    evaluation_schedule_type: { enum: ['frequency', 'window'] },
    evaluation_schedule: { type: 'object' },
    tags,
  }),
  markers: object([], {
    start_time: seconds,
    end_time: seconds,
    message: { type: 'string' },
    type: { type: 'string' },
    url: { type: 'string' },
  }),
  columns: object(['key_name'], {
    key_name: text(255, 1),
    type: { enum: ['string', 'float', 'integer', 'boolean', 'histogram'] },
    description: text(255),
    hidden: { type: 'boolean' },
  }),
};

const ajv = new Ajv({ allErrors: true, strict: false });
const compiled = new Map<object, ValidateFunction>();

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

function validate(schema: object, value: unknown): void {
  let check = compiled.get(schema);
  if (!check) compiled.set(schema, (check = ajv.compile(schema)));
  if (!check(value)) refuse(422, ajv.errorsText(check.errors));
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
    const kinds = Object.keys(SCHEMAS) as Kind[];
    this.things = Object.fromEntries(kinds.map((kind) => [kind, new Map()])) as typeof this.things;
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
    if (!(resource in SCHEMAS)) refuse(404, 'not found');
    const kind = resource as Kind;
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

  private examine(kind: Kind, dataset: string, given: any): void {
    validate(SCHEMAS[kind], given);
    if (kind === 'queries') this.checkQuery(given, dataset);
    if (kind === 'query_annotations') this.mustExist('queries', given.query_id);
    if (kind === 'triggers') this.checkTrigger(given, dataset);
    for (const { query_panel: panel } of kind === 'boards' ? (given.panels ?? []) : []) {
      if (!panel) continue;
      this.mustExist('queries', panel.query_id);
      const annotation = this.mustExist('query_annotations', panel.query_annotation_id);
      if (annotation.query_id !== panel.query_id) refuse(422, 'the annotation is for another query');
    }
    if (kind === 'columns' && given.type === 'histogram') refuse(422, 'histograms are for metrics');
  }

  private checkQuery(query: any, dataset: string): void {
    for (const { op, column } of query.calculations ?? []) {
      const needsNone = op === 'COUNT' || op === 'CONCURRENCY';
      if (needsNone !== (column == null)) refuse(422, `${op} with column ${column}`);
    }
    for (const { op, value } of query.filters ?? []) {
      const kind = op.endsWith('exists') || op.endsWith('exist') ? 'none' : op.endsWith('in') ? 'list' : 'one';
      const has = value == null ? 'none' : Array.isArray(value) ? 'list' : 'one';
      if (kind !== has) refuse(422, `filter ${op} with ${has} value`);
    }
    const named = [query.calculations, query.filters, query.havings].flatMap((list: any[]) =>
      (list ?? []).map(({ column }) => column).filter((column) => column != null),
    );
    const known = dataset === ALL ? [...this.things.columns.values()] : this.all('columns', dataset);
    for (const column of [...named, ...(query.breakdowns ?? [])] as string[]) {
      if (!known.some(({ key_name }) => key_name === column)) refuse(422, `unknown column ${column}`);
    }
    for (const { op, column } of query.orders ?? []) {
      const calculated = query.calculations?.some(
        (one: any) => one.op === op && (one.column ?? null) === (column ?? null),
      );
      if (!(op ? calculated : query.breakdowns?.includes(column)))
        refuse(422, `order by ${op} ${column}, which is not asked`);
    }
  }

  private checkTrigger({ query: asked, frequency = 900 }: any, dataset: string): void {
    validate(query, asked);
    this.checkQuery(asked, dataset);
    const allowed = ['calculations', 'breakdowns', 'filters', 'filter_combination', 'time_range'];
    for (const field of Object.keys(asked as object)) {
      if (!allowed.includes(field)) refuse(422, `${field} is not allowed in a trigger query`);
    }
    if (asked.calculations?.length !== 1) refuse(422, 'a trigger query has exactly one calculation');
    if (/HEATMAP|CONCURRENCY|RATE_/.test(asked.calculations[0].op as string)) refuse(422, 'not for triggers');
    const range = asked.time_range ?? 7_200;
    if (range > 4 * frequency || range > 86_400) refuse(422, 'time_range is more than 4 times the frequency');
  }

  private mustExist(kind: Kind, id: string): Thing {
    return this.things[kind].get(id) ?? refuse(422, `there is no ${kind} ${id}`);
  }

  private remove(kind: Kind, thing: Thing): VendorAnswer {
    const shown = this.all('boards').some(({ panels = [] }) =>
      panels.some(({ query_panel: panel }: any) => panel?.query_annotation_id === thing.id),
    );
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
