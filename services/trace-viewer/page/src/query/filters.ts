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

const LONGEST_FIRST = [...FILTER_OPS].sort((a, b) => b.length - a.length);

/**
 * A filter as one line: `http.route = /api`, `error exists`, `service.name in gateway, home-activities`.
 * Numbers and true/false are taken as such; quotes make anything a string. Undefined when it is not a filter.
 */
export function parseFilter(text: string): Filter | undefined {
  const line = text.trim();
  for (const op of LONGEST_FIRST) {
    const at = findOperator(line, op);
    if (at < 0) continue;
    const column = line.slice(0, at).trim();
    const rest = line.slice(at + op.length).trim();
    if (!column) return undefined;
    if (takesNoValue(op)) return rest ? undefined : { column, op };
    if (takesList(op)) return { column, op, value: splitList(rest).map(parseValue) };
    return rest ? { column, op, value: parseValue(rest) } : undefined;
  }
  return undefined;
}

export function formatFilter({ column, op, value }: Filter): string {
  if (value == null) return `${column} ${op}`;
  return `${column} ${op} ${Array.isArray(value) ? value.map(formatOperand).join(', ') : formatOperand(value)}`;
}

/** Word operators stand between spaces; signs may touch their neighbours, and the first one in the line counts. */
function findOperator(line: string, op: Filter['op']): number {
  const escaped = op.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const pattern = /^\w/.test(op) ? `(?<=\\s)${escaped}(?=\\s|$)` : `(?<![=!<>])${escaped}(?![=])`;
  const at = line.search(new RegExp(pattern));
  const quote = line.search(/["']/);
  return quote >= 0 && at > quote ? -1 : at;
}

function parseValue(text: string): string | number | boolean {
  const quoted = /^"(?:[^"\\]|\\.)*"$/.test(text);
  if (quoted) return JSON.parse(text) as string;
  if (text === 'true' || text === 'false') return text === 'true';
  return /^-?\d+(\.\d+)?$/.test(text) && String(Number(text)) === text ? Number(text) : text;
}

function formatOperand(value: string | number | boolean): string {
  if (typeof value !== 'string') return String(value);
  const plain = value !== '' && value === value.trim() && parseValue(value) === value && !/["',]/.test(value);
  return plain ? value : JSON.stringify(value);
}

const splitList = (text: string): string[] =>
  (text.match(/"(?:[^"\\]|\\.)*"|[^,]+/g) ?? []).map((part) => part.trim()).filter(Boolean);

export const sameFilter = (a: Filter, b: Filter): boolean => formatFilter(a) === formatFilter(b);
