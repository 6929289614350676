import { z } from 'zod';
import { decodeCursor } from './cursor.js';
import { visibleText } from './text.js';

export const LIMIT_DEFAULT = 40;
export const LIMIT_MAX = 100;
export const SEARCH_TERM_MAX = 200;

/** A query parameter is text, or a list of texts when it was given twice, which is refused. */
const limit = z
  .string('limit_invalid')
  .regex(/^[1-9]\d{0,2}$/, 'limit_invalid')
  .transform(Number)
  .refine((value) => value <= LIMIT_MAX, 'limit_invalid')
  .default(LIMIT_DEFAULT)
  .meta({ type: 'integer', minimum: 1, maximum: LIMIT_MAX, default: LIMIT_DEFAULT });

const cursor = z
  .string('cursor_invalid')
  .max(100, { error: 'cursor_invalid', abort: true })
  .refine((text) => decodeCursor(text) !== undefined, 'cursor_invalid')
  .optional();

/** One page of a list, newest first: `limit` entries after the opaque `cursor` of the page before. */
export const TimelineQuerySchema = z.object({ limit, cursor });
export type TimelineQuery = z.infer<typeof TimelineQuerySchema>;

/** `term` in the syntax of web search engines: words, "a phrase", or, -not. */
export const SearchQuerySchema = TimelineQuerySchema.extend({
  term: visibleText(SEARCH_TERM_MAX, {
    blank: 'search_term_blank',
    tooLong: 'search_term_too_long',
    invalid: 'search_term_invalid',
  }),
});
export type SearchQuery = z.infer<typeof SearchQuerySchema>;
