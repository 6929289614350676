export interface StackFrame {
  file: string;
  line: number;
  column: number;
  method: string;
}

const FRAME = /^\s*at (?:(?:async )?(.+?) \()?(?:async )?(.+?):(\d+):(\d+)\)?$/;

/** The frames of an `Error.stack`, the innermost first; lines that are no frame (the message) are left out. */
export function parseStack(stack: string | undefined): StackFrame[] {
  return (stack ?? '').split('\n').flatMap((text) => {
    const [, method = '<anonymous>', file, line, column] = FRAME.exec(text) ?? [];
    return file ? [{ file, line: Number(line), column: Number(column), method }] : [];
  });
}
