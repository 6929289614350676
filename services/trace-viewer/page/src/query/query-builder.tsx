import { useId } from 'preact/hooks';
import { type ComponentChildren } from 'preact';
import { type CalculationOp, type QuerySpecInput } from '../api/types.js';
import { columnsOf } from '../ui/columns.js';
import { FilterBar } from '../ui/filter-bar.js';
import { Segmented } from '../ui/segmented.js';
import { ChipInput } from './chip-input.js';
import {
  CALCULATION_OPS,
  decodeQuery,
  formatCalculation,
  formatOrder,
  parseCalculation,
  type QueryState,
  takesColumn,
} from './query-url.js';
import './query-builder.css';

/** The parts of a Query Specification, each where a sentence would have it: show what, where, grouped by what, ordered how. */
export function QueryBuilder({ state, onChange }: { state: QueryState; onChange: (state: QueryState) => void }) {
  const { spec, dataset } = state;
  const set = (changes: Partial<QuerySpecInput>) => onChange({ ...state, spec: { ...spec, ...changes } });
  const columns = columnsOf(dataset);
  const names = columns.map(({ name }) => name);
  const calculations = spec.calculations ?? [];
  const offered = offeredCalculations(columns);
  return (
    <section class="card builder" aria-label="Query">
      <Part label="From">
        <Segmented
          label="Dataset"
          choices={[
            { value: 'spans', label: 'Spans' },
            { value: 'logs', label: 'Logs' },
          ]}
          value={dataset}
          onChange={(value) => onChange({ dataset: value, spec: {} })}
        />
      </Part>
      <Part label="Show">
        <ChipInput
          label="Add a calculation"
          placeholder="COUNT, P95(duration_ms), HEATMAP(duration_ms)"
          values={calculations.map(formatCalculation)}
          offered={offered}
          parse={(text) => (parseCalculation(upperOp(text)) ? upperOp(text) : undefined)}
          problem="Write an operator, and its column in brackets: P95(duration_ms)"
          onChange={(texts) =>
            set({ calculations: texts.map(parseCalculation).filter((calculation) => calculation !== undefined) })
          }
        />
      </Part>
      <Part label="Where">
        <FilterBar dataset={dataset} filters={spec.filters ?? []} onChange={(filters) => set({ filters })} />
        {(spec.filters ?? []).length > 1 && (
          <Segmented
            label="Filters that must match"
            choices={[
              { value: 'AND', label: 'All' },
              { value: 'OR', label: 'Any' },
            ]}
            value={spec.filter_combination ?? 'AND'}
            onChange={(filter_combination) => set({ filter_combination })}
          />
        )}
      </Part>
      <Part label="Group by">
        <ChipInput
          label="Add a column to group by"
          placeholder="service.name, http.route, user.id …"
          values={spec.breakdowns ?? []}
          offered={names}
          parse={(text) => text}
          onChange={(breakdowns) => set({ breakdowns })}
        />
      </Part>
      <Part label="Order">
        <OrderSelect spec={spec} onChange={(orders) => set({ orders })} />
        <span class="muted small">having</span>
        <HavingField spec={spec} onChange={(havings) => set({ havings })} />
        <span class="muted small">limit</span>
        <input
          class="field limit"
          type="number"
          min="1"
          max="1000"
          aria-label="Limit"
          placeholder="100"
          value={spec.limit ?? ''}
          onChange={(event) => set({ limit: event.currentTarget.valueAsNumber || undefined })}
        />
      </Part>
    </section>
  );
}

function Part({ label, children }: { label: string; children: ComponentChildren }) {
  return (
    <div class="builder-part" role="group" aria-label={label}>
      <span class="builder-label small">{label}</span>
      <div class="builder-value">{children}</div>
    </div>
  );
}

function OrderSelect({
  spec,
  onChange,
}: {
  spec: QuerySpecInput;
  onChange: (orders: QuerySpecInput['orders']) => void;
}) {
  const keys = [
    ...(spec.calculations ?? []).map(formatCalculation).filter((key) => !key.startsWith('HEATMAP')),
    ...(spec.breakdowns ?? []),
  ];
  const value = spec.orders?.[0] ? formatOrder(spec.orders[0]) : '';
  const choose = (text: string) => onChange(decodeQuery(new URLSearchParams(text ? { order: text } : {})).spec.orders);
  return (
    <select class="field" aria-label="Order by" value={value} onChange={(event) => choose(event.currentTarget.value)}>
      <option value="">as it comes</option>
      {keys.flatMap((key) => [
        <option key={`-${key}`} value={`-${key}`}>
          {key}, largest first
        </option>,
        <option key={key} value={key}>
          {key}, smallest first
        </option>,
      ])}
    </select>
  );
}

function HavingField({
  spec,
  onChange,
}: {
  spec: QuerySpecInput;
  onChange: (havings: QuerySpecInput['havings']) => void;
}) {
  const id = useId();
  const text = spec.havings?.[0]
    ? `${formatCalculation({ op: spec.havings[0].calculate_op, column: spec.havings[0].column })} ${spec.havings[0].op} ${spec.havings[0].value}`
    : '';
  return (
    <>
      <input
        class="field having"
        list={id}
        aria-label="Having"
        placeholder="COUNT > 10"
        value={text}
        onChange={(event) => {
          const typed = event.currentTarget.value.trim();
          onChange(typed ? decodeQuery(new URLSearchParams({ having: typed })).spec.havings : []);
        }}
      />
      <datalist id={id}>
        {(spec.calculations ?? []).map((calculation) => (
          <option key={formatCalculation(calculation)} value={`${formatCalculation(calculation)} > `} />
        ))}
      </datalist>
    </>
  );
}

const upperOp = (text: string): string => text.replace(/^[^(]+/, (op) => op.trim().toUpperCase());

function offeredCalculations(columns: ReturnType<typeof columnsOf>): string[] {
  const numbers = columns.filter(({ type }) => type === 'number').map(({ name }) => name);
  const ordered = ['duration_ms', ...numbers.filter((name) => name !== 'duration_ms')].slice(0, 12);
  const withColumn = (op: CalculationOp) =>
    (op === 'COUNT_DISTINCT' ? columns.map(({ name }) => name).slice(0, 40) : ordered).map(
      (column) => `${op}(${column})`,
    );
  return CALCULATION_OPS.flatMap((op) => (takesColumn(op) ? withColumn(op) : [op]));
}
