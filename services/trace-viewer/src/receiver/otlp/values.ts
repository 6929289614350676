import { type AnyValueJson, type AttributeList, ExactValue, type Value } from './records.js';

/** Deeper nesting than anyone means; without a limit a small body can exhaust the stack. */
export const MAX_DEPTH = 32;

/** int64, from a protobuf reader or a JSON member. */
export function integerValue(value: bigint): Value {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : new ExactValue({ intValue: String(value) });
}

export function doubleValue(value: number): Value {
  if (Number.isFinite(value)) return value;
  return new ExactValue({ doubleValue: String(value) as 'NaN' | 'Infinity' | '-Infinity' });
}

/** Doubles that happen to be whole become intValue: JavaScript's senders make no difference between them either. */
export function toAnyValue(value: Value): AnyValueJson {
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  if (value instanceof ExactValue) return value.json;
  return Number.isSafeInteger(value) ? { intValue: String(value) } : { doubleValue: value };
}

export function toKeyValues(list: AttributeList): { key: string; value: AnyValueJson }[] {
  const pairs = [];
  for (let i = 0; i < list.length; i += 2)
    pairs.push({ key: list[i] as string, value: toAnyValue(list[i + 1] as Value) });
  return pairs;
}

type Plain = string | number | boolean | null | Plain[] | { [key: string]: Plain };

/** What a person (or the page) wants to see of an AnyValue; integers beyond 2^53 stay text. */
export function toPlain(value: AnyValueJson): Plain {
  if (value.stringValue !== undefined) return value.stringValue;
  if (value.boolValue !== undefined) return value.boolValue;
  if (value.doubleValue !== undefined) return value.doubleValue;
  if (value.intValue !== undefined) {
    const number = Number(value.intValue);
    return Number.isSafeInteger(number) ? number : value.intValue;
  }
  if (value.arrayValue) return value.arrayValue.values.map(toPlain);
  // fromEntries defines own properties, so a key `__proto__` stays data.
  if (value.kvlistValue) return Object.fromEntries(value.kvlistValue.values.map((kv) => [kv.key, toPlain(kv.value)]));
  return value.bytesValue ?? null;
}

/** The text a query sees where a column cannot hold the value itself. */
export function toText(value: Value): string {
  if (!(value instanceof ExactValue)) return String(value);
  const plain = toPlain(value.json);
  return plain === null ? '' : typeof plain === 'string' ? plain : JSON.stringify(plain);
}
