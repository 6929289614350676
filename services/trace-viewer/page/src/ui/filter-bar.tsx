import { useId, useRef, useState } from 'preact/hooks';
import { type Dataset, type Filter } from '../api/types.js';
import { FILTER_OPS, formatFilter, parseFilter, sameFilter, takesNoValue } from '../query/filters.js';
import { columnsOf, valuesOf } from './columns.js';
import './filter-bar.css';

/** Filters as chips, and one line to type the next: column, operator, value, with what exists offered at each step. */
export function FilterBar(props: {
  dataset?: Dataset;
  filters: readonly Filter[];
  onChange: (filters: Filter[]) => void;
  search?: boolean;
}) {
  const { dataset = 'spans', filters, onChange } = props;
  const [text, setText] = useState('');
  const [problem, setProblem] = useState<string>();
  const [values, setValues] = useState<{ column: string; values: string[] }>();
  const input = useRef<HTMLInputElement>(null);
  const id = useId();

  const typed = (next: string) => {
    setText(next);
    setProblem(undefined);
    const [column, op] = splitTyped(next);
    if (column && op && values?.column !== column) {
      setValues({ column, values: [] });
      valuesOf(dataset, column).then(
        (found) => setValues({ column, values: found }),
        () => undefined,
      );
    }
  };
  const add = () => {
    if (!text.trim()) return;
    const filter = parseFilter(text);
    if (!filter) return setProblem('Write a filter as column, operator, value: service.name = gateway');
    if (!filters.some((other) => sameFilter(other, filter))) onChange([...filters, filter]);
    setText('');
  };
  const edit = (filter: Filter) => {
    onChange(filters.filter((other) => other !== filter));
    typed(formatFilter(filter));
    input.current?.focus();
  };
  return (
    <div class="filter-bar">
      {filters.map((filter) => (
        <span class="chip" key={formatFilter(filter)}>
          <button type="button" class="chip-text" title="Edit" onClick={() => edit(filter)}>
            <b>{filter.column}</b> {filter.op}{' '}
            <span>{formatFilter(filter).slice(filter.column.length + filter.op.length + 2)}</span>
          </button>
          <button
            type="button"
            class="chip-remove"
            aria-label={`Remove filter ${formatFilter(filter)}`}
            onClick={() => onChange(filters.filter((other) => other !== filter))}
          >
            ✕
          </button>
        </span>
      ))}
      <input
        ref={input}
        class="filter-input"
        data-search={(props.search ?? true) ? '' : undefined}
        list={id}
        placeholder={filters.length ? 'and …' : 'Filter: http.route = /api/activities/home'}
        aria-label="Add a filter"
        aria-invalid={!!problem}
        autocomplete="off"
        spellcheck={false}
        value={text}
        onInput={(event) => typed(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter') add();
          if (event.key === 'Backspace' && !text && filters.length) onChange(filters.slice(0, -1));
        }}
      />
      <datalist id={id}>
        {suggestions(
          text,
          columnsOf(dataset).map(({ name }) => name),
          values,
        ).map((suggestion) => (
          <option key={suggestion} value={suggestion} />
        ))}
      </datalist>
      {problem && (
        <span class="filter-problem" role="alert">
          {problem}
        </span>
      )}
    </div>
  );
}

/** The column and the operator, as far as they are there. */
function splitTyped(text: string): [string, string] {
  const [, column = '', op = ''] = /^\s*(\S+)(?:\s+(\S+))?/.exec(text) ?? [];
  return [column, (FILTER_OPS as readonly string[]).includes(op) ? op : ''];
}

function suggestions(text: string, columns: string[], values?: { column: string; values: string[] }): string[] {
  const [column, op] = splitTyped(text);
  if (op) {
    const isUnary = takesNoValue(op as Filter['op']);
    return isUnary || values?.column !== column ? [] : values.values.map((value) => `${column} ${op} ${value}`);
  }
  return columns.includes(column) ? FILTER_OPS.map((operator) => `${column} ${operator}`) : columns;
}
