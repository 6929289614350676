import type { TextMapGetter } from '@opentelemetry/api';

/** Reads headers that were strings when they were sent: protocols deliver some as bytes, some as lists. */
export const fieldGetter: TextMapGetter<Record<string, unknown>> = {
  keys: (fields) => Object.keys(fields),
  get(fields, key) {
    const value = fields[key];
    if (typeof value === 'string') return value;
    if (Buffer.isBuffer(value)) return value.toString();
    if (Array.isArray(value)) return value.filter((item): item is string => typeof item === 'string').join(',');
    return undefined;
  },
};
