import type { Filter, QuerySpec } from '../api/schemas/query.js';
import type { CoreColumn } from '../store/core-columns.js';
import type { Parameter } from '../store/database.js';
import type { Statement } from './columns.js';
import { unprocessable } from './errors.js';

/** The value as the column's type, so that a text `200` finds the number 200. Throws UnprocessableError. */
function coerce(path: string, column: CoreColumn, value: unknown): Parameter {
  if (column.type === 'VARCHAR') return String(value);
  if (column.type === 'DOUBLE') {
    const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
    if (typeof number === 'number' && Number.isFinite(number)) return number;
    throw unprocessable(path, `must be a number, as ${column.name} is`);
  }
  if (value === true || value === 'true') return true;
  if (value === false || value === 'false') return false;
  throw unprocessable(path, `must be true or false, as ${column.name} is`);
}

const asText = ({ sql, type }: CoreColumn) =>
  type === 'VARCHAR' ? sql : `regexp_replace((${sql})::VARCHAR, '\\.0$', '')`;

/** A condition. Negative operators also match rows without the column: what is absent is not equal to anything. */
function condition(statement: Statement, path: string, { column: name, op, value }: Filter): string {
  const column = statement.column(`${path}.column`, name);
  const { sql } = column;
  const one = () => statement.bind(coerce(`${path}.value`, column, value));
  const text = () => statement.bind(String(value));
  const many = () =>
    (value as unknown[]).map((item, i) => statement.bind(coerce(`${path}.value[${i}]`, column, item))).join(', ');
  const without = (positive: string) => `NOT coalesce(${positive}, false)`;
  switch (op) {
    case 'exists':
      return `${sql} IS NOT NULL`;
    case 'does-not-exist':
      return `${sql} IS NULL`;
    case '=':
      return `${sql} = ${one()}`;
    case '!=':
      return `${sql} IS DISTINCT FROM ${one()}`;
    case '>':
    case '>=':
    case '<':
    case '<=':
      if (column.type === 'BOOLEAN') throw unprocessable(`${path}.op`, `${op} does not apply to true and false`);
      return `${sql} ${op} ${one()}`;
    case 'starts-with':
      return `starts_with(${asText(column)}, ${text()})`;
    case 'does-not-start-with':
      return without(`starts_with(${asText(column)}, ${text()})`);
    case 'ends-with':
      return `ends_with(${asText(column)}, ${text()})`;
    case 'does-not-end-with':
      return without(`ends_with(${asText(column)}, ${text()})`);
    case 'contains':
      return `contains(${asText(column)}, ${text()})`;
    case 'does-not-contain':
      return without(`contains(${asText(column)}, ${text()})`);
    case 'in':
      return (value as unknown[]).length === 0 ? 'false' : `coalesce(${sql} IN (${many()}), false)`;
    case 'not-in':
      return (value as unknown[]).length === 0 ? 'true' : without(`${sql} IN (${many()})`);
  }
}

/** All filters as one condition. */
export function compileFilters(
  statement: Statement,
  filters: Filter[],
  combination: QuerySpec['filter_combination'],
): string {
  const all = filters.map((filter, i) => `(${condition(statement, `filters[${i}]`, filter)})`);
  return all.length === 0 ? 'true' : `(${all.join(` ${combination} `)})`;
}
