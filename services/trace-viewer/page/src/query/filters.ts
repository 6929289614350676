import { type Filter } from '../api/types.js';

export const FILTER_OPS = [
  '=',
  '!=',
  '>',
  '>=',
  '<',
  '<=',
  'contains',
  'does-not-contain',
  'starts-with',
  'does-not-start-with',
  'ends-with',
  'does-not-end-with',
  'exists',
  'does-not-exist',
  'in',
  'not-in',
] as const satisfies readonly Filter['op'][];

export const takesNoValue = (op: Filter['op']): boolean => op === 'exists' || op === 'does-not-exist';
const takesList = (op: Filter['op']): boolean => op === 'in' || op === 'not-in';

/** Words stand between spaces, signs may touch their neighbours; of those that start at one place the longest counts. */
const OPERATOR = new RegExp(
  [...FILTER_OPS]
    .sort((a, b) => b.length - a.length)
    .map((op) => (/^\w/.test(op) ? `(?<=\\s)${op}(?=\\s|$)` : op))
    .join('|'),
);

/**
 * A filter as one line: `http.route = /api`, `error exists`, `service.name in gateway, home-activities`.
 * Numbers and true/false are taken as such; quotes make anything a string. Undefined when it is not a filter.
 */
export function parseFilter(text: string): Filter | undefined {
  const line = text.trim();
  const found = OPERATOR.exec(line);
  if (!found) return undefined;
  const op = found[0] as Filter['op'];
  const column = line.slice(0, found.index).trim();
  const rest = line.slice(found.index + op.length).trim();
  if (!column || takesNoValue(op) === (rest !== '')) return undefined;
  if (takesNoValue(op)) return { column, op };
  return { column, op, value: takesList(op) ? splitList(rest).map(parseValue) : parseValue(rest) };
}

export function formatFilter({ column, op, value }: Filter): string {
  if (value == null) return `${column} ${op}`;
  return `${column} ${op} ${Array.isArray(value) ? value.map(formatOperand).join(', ') : formatOperand(value)}`;
}

function parseValue(text: string): string | number | boolean {
  const unquoted = text.startsWith('"') && parseQuoted(text);
  if (typeof unquoted === 'string') return unquoted;
  if (text === 'true' || text === 'false') return text === 'true';
  return /^-?\d+(\.\d+)?$/.test(text) && String(Number(text)) === text ? Number(text) : text;
}

function formatOperand(value: string | number | boolean): string {
  if (typeof value !== 'string') return String(value);
  const plain = value !== '' && value === value.trim() && parseValue(value) === value && !/["',]/.test(value);
  return plain ? value : JSON.stringify(value);
}

/** A JSON string; what is not quite one is taken as it stands. */
function parseQuoted(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const splitList = (text: string): string[] =>
  (text.match(/\s*(?:"(?:[^"\\]|\\.)*"|[^,]+)/g) ?? []).map((part) => part.trim()).filter(Boolean);

export const sameFilter = (a: Filter, b: Filter): boolean => formatFilter(a) === formatFilter(b);
