import { z } from 'zod';
import { type ErrorCode } from './codes.js';

// White space, control and format characters (zero-width space, joiners, direction marks) show nothing on their own.
const VISIBLE = /[^\s\p{Cc}\p{Cf}]/u;

/** Number of Unicode code points: "👩‍🚀" is three, though JavaScript's length says five and a reader sees one. */
export function countCodePoints(text: string): number {
  let count = 0;
  for (let at = 0; at < text.length; at++, count++) {
    if (text.codePointAt(at)! > 0xffff) at++;
  }
  return count;
}

/** A code point never takes less than one UTF-16 unit, so short text needs no counting. */
function fits(text: string, maximum: number): boolean {
  return text.length <= maximum || (text.length <= 2 * maximum && countCodePoints(text) <= maximum);
}

// PostgreSQL stores neither NUL nor half a surrogate pair; with /u, \p{Cs} is only a surrogate that has no partner.
const UNSTORABLE = /[\0\p{Cs}]/u;

/** Text of 1..`maximum` code points that shows something; each way to fail has its own code. */
export function visibleText(maximum: number, codes: { blank: ErrorCode; tooLong: ErrorCode; invalid: ErrorCode }) {
  return z
    .string({ error: ({ input }) => (input == null ? codes.blank : codes.invalid) })
    .refine((text) => !UNSTORABLE.test(text), { error: codes.invalid, abort: true })
    .refine((text) => VISIBLE.test(text), { error: codes.blank })
    .refine((text) => fits(text, maximum), { error: codes.tooLong })
    .meta({ minLength: 1, maxLength: maximum });
}
