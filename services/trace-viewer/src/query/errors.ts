export interface FieldProblem {
  /** Such as `filters[0].column`. */
  path: string;
  message: string;
}

/** The request is well-formed and cannot be run: 422, naming each field. */
export class UnprocessableError extends Error {
  override readonly name = 'UnprocessableError';

  constructor(readonly problems: FieldProblem[]) {
    super(problems.map(({ path, message }) => `${path}: ${message}`).join('; '));
  }
}

export const unprocessable = (path: string, message: string) => new UnprocessableError([{ path, message }]);
