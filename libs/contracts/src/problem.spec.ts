import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { ActivityNotFoundError, InvalidInputError, ProblemError, ProblemSchema, UserUnknownError } from './problem.js';
import { errorCodesOf } from './validation.js';

describe('ProblemError', () => {
  it('is an RFC 9457 problem with the trace id', () => {
    const problem = new ActivityNotFoundError().toProblem('0af7651916cd43dd8448eb211c80319c');
    expect(ProblemSchema.parse(problem)).toEqual({
      type: 'about:blank',
      title: 'Not Found',
      status: 404,
      detail: 'There is no such activity, or it has expired.',
      errors: ['activity_not_found'],
      trace_id: '0af7651916cd43dd8448eb211c80319c',
    });
  });

  it('has no trace id where there is no trace', () => {
    expect(new UserUnknownError(422).toProblem()).not.toHaveProperty('trace_id');
  });

  it('says every broken rule', () => {
    const error = new InvalidInputError(['message_blank', 'ttl_unknown']);
    expect(error.message).toBe('The message has no visible character. The ttl is not one of the known durations.');
    expect(error.name).toBe('InvalidInputError');
  });

  it('keeps its cause out of the answer', () => {
    const error = new ProblemError(502, { cause: new Error('password=hunter2') });
    expect(JSON.stringify(error.toProblem())).not.toContain('hunter2');
    expect(error.cause).toBeInstanceOf(Error);
  });
});

describe('errorCodesOf', () => {
  it('falls back to the name of the field', () => {
    const issues = z.object({ name: z.string(), tags: z.array(z.string()) }).safeParse({ tags: [1, 2] }).error!.issues;
    expect(errorCodesOf(issues)).toEqual(['name_invalid', 'tags_invalid']);
  });

  it('takes Standard Schema paths, whose segments may be objects', () => {
    expect(errorCodesOf([{ message: 'odd', path: [{ key: 'name' }] }])).toEqual(['name_invalid']);
    expect(errorCodesOf([{ message: 'odd' }])).toEqual(['body_invalid']);
  });
});
