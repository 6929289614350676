/** Keys whose values are credentials, wherever they appear in what is logged. */
const SECRET_KEY =
  /^(?:proxy-)?authorization$|^(?:set-)?cookie$|(?:token|secret|password|passwd|api[-_]?key|x-honeycomb-team)$/i;
const SECRET_TEXT = /\b(Bearer|Basic)\s+[\w.~+/=-]{6,}/gi;
export const REDACTED = '[redacted]';

const MAX_DEPTH = 8;
const secretKeys = new Map<string, boolean>();

function isSecretKey(key: string): boolean {
  let secret = secretKeys.get(key);
  if (secret === undefined) {
    secret = SECRET_KEY.test(key);
    // Keys come from code, not from users; should that ever be wrong, the cache stays small.
    if (secretKeys.size < 1_000) secretKeys.set(key, secret);
  }
  return secret;
}

/** Masks credentials in a text: `Bearer abc...` becomes `Bearer [redacted]`. */
export function redactText(text: string): string {
  return text.includes('earer ') || text.includes('asic ') ? text.replace(SECRET_TEXT, `$1 ${REDACTED}`) : text;
}

/**
 * A copy of a log object without credentials; the same object when there are none. An `err` is left to its serializer.
 * What is no plain object, or lies deep, becomes what JSON makes of it; when that is impossible, it stays as it is.
 */
export function redact<T>(value: T, depth = 0): T {
  if (typeof value === 'string') return redactText(value) as T;
  if (typeof value !== 'object' || value === null) return value;
  if (depth > MAX_DEPTH) return redactJson(value);
  if (Array.isArray(value)) return redactArray(value, depth) as T;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return redactJson(value);
  return redactFields(value as Record<string, unknown>, depth) as T;
}

function redactFields(fields: Record<string, unknown>, depth: number): Record<string, unknown> {
  let copy: Record<string, unknown> | undefined;
  for (const key in fields) {
    const item = fields[key];
    if (depth === 0 && key === 'err' && item instanceof Error) continue;
    const clean = isSecretKey(key) ? REDACTED : redact(item, depth + 1);
    if (clean !== item) {
      copy ??= { ...fields };
      copy[key] = clean;
    }
  }
  return copy ?? fields;
}

function redactJson<T>(value: T): T {
  try {
    return JSON.parse(
      JSON.stringify(value, (key, item: unknown) => {
        if (isSecretKey(key)) return REDACTED;
        return typeof item === 'string' ? redactText(item) : item;
      }),
    ) as T;
  } catch {
    return value;
  }
}

function redactArray(items: unknown[], depth: number): unknown[] {
  const clean = items.map((item) => redact(item, depth + 1));
  return clean.some((item, index) => item !== items[index]) ? clean : items;
}
