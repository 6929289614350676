import type { z } from 'zod';
import { type FieldProblem, UnprocessableError } from '../query/errors.js';
import { BadRequestError } from './problem.js';

/** `filters[0].column`, as one would write it in code. */
function pathText(path: PropertyKey[]): string {
  return path.map((key, i) => (typeof key === 'number' ? `[${key}]` : `${i > 0 ? '.' : ''}${String(key)}`)).join('');
}

function problems(error: z.ZodError): FieldProblem[] {
  return error.issues.flatMap((issue) => {
    const path = pathText(issue.path);
    if (issue.code === 'unrecognized_keys')
      return issue.keys.map((key) => ({ path: path ? `${path}.${key}` : key, message: 'is not supported' }));
    const message = issue.code === 'invalid_value' ? `must be one of ${issue.values.join(', ')}` : issue.message;
    return [{ path: path || 'body', message }];
  });
}

/** A query string or path. Throws BadRequestError. */
export function parse<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw new BadRequestError(problems(parsed.error));
  return parsed.data;
}

/** A JSON body: not JSON is a BadRequestError, JSON that is not what is asked for an UnprocessableError. */
export function parseBody<S extends z.ZodType>(schema: S, body: unknown): z.output<S> {
  let value: unknown;
  try {
    value = JSON.parse(body instanceof Buffer ? body.toString('utf8') : '');
  } catch {
    throw new BadRequestError([{ path: 'body', message: 'must be JSON' }]);
  }
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw new UnprocessableError(problems(parsed.error));
  return parsed.data;
}
