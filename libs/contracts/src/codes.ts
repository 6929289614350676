/**
 * What a caller can have got wrong, machine-readable: the `errors` of a problem. The text is the `detail` a person reads.
 * Schemas carry these codes as their messages, so a failed validation already says which ones apply.
 */
export const ERROR_CODES = {
  message_blank: 'The message has no visible character.',
  message_too_long: 'The message has too many characters.',
  message_invalid: 'The message must be text without NUL or unpaired surrogates.',
  ttl_unknown: 'The ttl is not one of the known durations.',
  search_term_blank: 'The search term is blank.',
  search_term_too_long: 'The search term has too many characters.',
  search_term_invalid: 'The search term must be given once, as text.',
  limit_invalid: 'The limit must be a whole number within the allowed range.',
  cursor_invalid: 'The cursor is not one that this API gave out.',
  user_uuid_invalid: 'The user_uuid is not a UUID.',
  user_uuids_invalid: 'The user_uuids must be a list of UUIDs that is not too long.',
  body_invalid: 'The request body is not a JSON object of the expected shape.',
  body_malformed: 'The request body is not valid JSON.',
  idempotency_key_invalid: 'The Idempotency-Key must be 1 to 255 visible ASCII characters.',
  idempotency_key_reused: 'This Idempotency-Key came before with a different request.',
  activity_not_found: 'There is no such activity, or it has expired.',
  handle_unknown: 'No user has this handle.',
  user_unknown: 'There is no such user.',
  route_not_found: 'There is nothing at this address.',
  url_malformed: 'The URL is not valid percent-encoded UTF-8.',
  body_too_large: 'The request body is larger than 64 kB.',
  media_type_unsupported: 'The request body must be application/json.',
  headers_too_large: 'The request headers are too large.',
  request_malformed: 'The request is not valid HTTP.',
  request_timeout: 'The request took too long to arrive.',
  upstream_failed: 'A service that this answer needs failed.',
  upstream_unavailable: 'A service that this answer needs is not available now; try again later.',
  upstream_timeout: 'A service that this answer needs took too long.',
} as const;

export type ErrorCode = keyof typeof ERROR_CODES;

export function isErrorCode(text: string): text is ErrorCode {
  return Object.hasOwn(ERROR_CODES, text);
}
