import { z } from 'zod';

/** 32 lower-case hex digits (W3C Trace Context). */
export const TraceId = z
  .string()
  .toLowerCase()
  .regex(/^[0-9a-f]{32}$/, 'must be 32 hex digits');

/** 16 lower-case hex digits. */
export const SpanId = z
  .string()
  .toLowerCase()
  .regex(/^[0-9a-f]{16}$/, 'must be 16 hex digits');

/** RFC 3339 in UTC with nanoseconds, for example `2026-11-21T04:13:12.000000001Z`. */
export const Timestamp = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$/, {
  message: 'must be RFC 3339 in UTC, such as 2026-11-21T04:13:12.345678901Z',
});

/** `?flag=true` or `?flag=false`. */
export const Flag = z.enum(['true', 'false']).transform((text) => text === 'true');

export const Count = z.number().int().nonnegative();

export type AttributeValue = string | number | boolean | null | AttributeValue[] | { [key: string]: AttributeValue };

/**
 * An OTLP AnyValue as JSON. Bytes are base64, integers beyond 2^53 are decimal strings,
 * NaN and the infinities are the strings `NaN`, `Infinity` and `-Infinity`.
 */
export const AttributeValue: z.ZodType<AttributeValue> = z
  .lazy(() =>
    z.union([
      z.string(),
      z.number(),
      z.boolean(),
      z.null(),
      z.array(AttributeValue),
      z.record(z.string(), AttributeValue),
    ]),
  )
  .meta({ id: 'AttributeValue' });

export const Attributes = z.record(z.string(), AttributeValue);
export type Attributes = z.infer<typeof Attributes>;

export const SpanKind = z.enum(['unspecified', 'internal', 'server', 'client', 'producer', 'consumer']);
export type SpanKind = z.infer<typeof SpanKind>;
