import { Ajv } from 'ajv';

// Written from the reference of the API (https://docs.honeycomb.io/api/), not from what our command sends.

export type HoneycombKind = 'queries' | 'query_annotations' | 'boards' | 'triggers' | 'markers' | 'columns';

/** What has been found to have the shape of `query` below. */
export interface CheckedQuery {
  calculations?: { op: string; column?: string | null }[];
  breakdowns?: string[];
  filters?: { op: string; column: string | null; value?: unknown }[];
  orders?: { op?: string; column?: string }[];
  havings?: { calculate_op: string; column?: string | null }[];
  time_range?: number;
}

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

const BODIES: Record<HoneycombKind, object> = {
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
const checks = Object.entries({ ...BODIES, query }).map(([name, schema]) => [name, ajv.compile(schema)] as const);
const byName = new Map(checks);

export const HONEYCOMB_KINDS = Object.keys(BODIES) as HoneycombKind[];

/** @returns what is wrong with the shape of a body, or of a `query` within one */
export function shapeProblems(name: HoneycombKind | 'query', value: unknown): string | undefined {
  const check = byName.get(name)!;
  return check(value) ? undefined : ajv.errorsText(check.errors);
}
