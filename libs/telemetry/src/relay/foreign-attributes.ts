import type { AttributeValue, Attributes } from '@opentelemetry/api';
import { ATTR_URL_FULL } from '../attributes.js';
import { redactQuery } from '../http/url.js';
import { redactText } from '../logging/redact.js';
import type { KeyValue } from './otlp-json.js';
import { LIMITS } from './limits.js';

const KEY = /^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$/;
/** Attributes that only we give: who asks, whose span it is, and for how many it stands. */
const OURS = /^(?:user|service|session|enduser|client|cruddur\.user)\.|^meta\.|^trace\./;

/** What of a stranger's attributes may pass: strings, numbers, booleans and lists of them, under well-formed names. */
export function readAttributes(raw: unknown): { attributes: Attributes; dropped: number } {
  const attributes: Attributes = {};
  const items = Array.isArray(raw) ? (raw as Partial<KeyValue>[]) : [];
  let kept = 0;
  for (const item of items) {
    const key = item?.key;
    if (kept >= LIMITS.attributes || typeof key !== 'string' || key.length > LIMITS.keyLength) continue;
    if (!KEY.test(key) || OURS.test(key)) continue;
    const value = readValue(item.value, key);
    if (value === undefined || key in attributes) continue;
    attributes[key] = value;
    kept++;
  }
  return { attributes, dropped: items.length - kept };
}

function readValue(raw: unknown, key: string): AttributeValue {
  if (typeof raw !== 'object' || raw === null) return undefined;
  const { arrayValue } = raw as { arrayValue?: { values?: unknown } };
  if (!arrayValue) return readScalar(raw, key);
  const values = Array.isArray(arrayValue.values) ? arrayValue.values.slice(0, LIMITS.arrayItems) : [];
  const scalars = values.map((value) => readScalar(value, key));
  const sameType = scalars.every((scalar) => scalar !== undefined && typeof scalar === typeof scalars[0]);
  return sameType ? scalars : undefined;
}

function readScalar(raw: unknown, key: string): string | number | boolean | undefined {
  if (typeof raw !== 'object' || raw === null) return undefined;
  const { stringValue, boolValue, intValue, doubleValue } = raw as Record<string, unknown>;
  if (typeof stringValue === 'string') return readText(stringValue, key);
  if (typeof boolValue === 'boolean') return boolValue;
  const number = Number(intValue ?? doubleValue ?? NaN);
  // Beyond a 64-bit integer the exporters differ in what they make of it.
  return Math.abs(number) < 2 ** 63 ? number : undefined;
}

/** Cut first: a stranger decides how long a text is, and looking for credentials takes its time. */
function readText(text: string, key: string): string {
  const short = text.slice(0, key === 'exception.stacktrace' ? LIMITS.stackLength : LIMITS.valueLength);
  return redactText(key === ATTR_URL_FULL ? redactQuery(short) : short);
}
