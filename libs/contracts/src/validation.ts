import { type z } from 'zod';
import { isErrorCode } from './codes.js';
import { InvalidInputError } from './problem.js';

/** The part of a Standard Schema issue that is needed here; zod's own issues have it too. */
export interface ValidationIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** The machine code of each issue, once: the schema's own, or `<field>_invalid` where the schema names none. */
export function errorCodesOf(issues: readonly ValidationIssue[]): string[] {
  return [...new Set(issues.map(codeOf))];
}

function codeOf({ message, path }: ValidationIssue): string {
  if (isErrorCode(message)) return message;
  const field = path?.map((segment) => (typeof segment === 'object' ? segment.key : segment)).find(isName);
  return `${field ?? 'body'}_invalid`;
}

function isName(segment: PropertyKey): segment is string {
  return typeof segment === 'string';
}

/** The `exceptionFactory` for Nest's StandardSchemaValidationPipe. */
export function toInvalidInputError(issues: readonly ValidationIssue[]): InvalidInputError {
  return new InvalidInputError(errorCodesOf(issues));
}

/** `value` as `schema` reads it. @throws InvalidInputError */
export function parseInput<T extends z.ZodType>(schema: T, value: unknown): z.output<T> {
  const result = schema.safeParse(value);
  if (!result.success) throw toInvalidInputError(result.error.issues);
  return result.data;
}
