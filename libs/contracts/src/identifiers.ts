import { z } from 'zod';
import { type ErrorCode } from './codes.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const HANDLE = /^[a-z0-9_]{1,30}$/;

/** RFC 9562 text form, any version, either case. */
export function isUuid(text: string): boolean {
  return UUID.test(text);
}

export function uuidSchema(code?: ErrorCode) {
  return z.string(code).regex(UUID, code).meta({ format: 'uuid' });
}

/** RFC 3339 in UTC with milliseconds: `2026-11-21T04:10:00.000Z`. */
export const TimestampSchema = z.iso.datetime();

/** A handle without its @, in the lower case in which handles are kept. */
export const HandleSchema = z.string().regex(HANDLE);

/** The kept form of a handle that somebody typed, or undefined when nobody can have it. */
export function normalizeHandle(typed: string): string | undefined {
  const handle = typed.toLowerCase();
  return HANDLE.test(handle) ? handle : undefined;
}

const IDEMPOTENCY_KEY = /^[\x21-\x7e]{1,255}$/;

/** The `Idempotency-Key` request header (draft-ietf-httpapi-idempotency-key-header), taken as opaque text. */
export const IdempotencyKeySchema = z
  .string('idempotency_key_invalid')
  .regex(IDEMPOTENCY_KEY, 'idempotency_key_invalid');
