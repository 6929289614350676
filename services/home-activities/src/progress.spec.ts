import { describe, expect, it } from '@jest/globals';
import { showProgress } from './progress.js';

function written(isTTY: boolean, steps: number[], total: number): string {
  let text = '';
  const show = showProgress('copying', { isTTY, write: (chunk: unknown) => ((text += String(chunk)), true) });
  for (const done of steps) show({ done, total });
  return text;
}

describe('showProgress', () => {
  it('draws one bar over itself on a terminal, and ends the line', () => {
    expect(written(true, [1, 2], 2)).toBe(
      `\rcopying ${'█'.repeat(15)}${'░'.repeat(15)} 50 % (1/2)\rcopying ${'█'.repeat(30)} 100 % (2/2)\n`,
    );
  });

  it('writes a line for each tenth elsewhere', () => {
    const lines = written(
      false,
      Array.from({ length: 200 }, (_, n) => n + 1),
      200,
    )
      .trimEnd()
      .split('\n');
    expect(lines).toHaveLength(11);
    expect(lines.at(-1)).toBe('copying: 100 % (200/200)');
  });

  it('is done at once when there is nothing to do, and never more than done', () => {
    expect(written(false, [0], 0)).toBe('copying: 100 % (0/0)\n');
    expect(written(false, [9, 12], 10)).toBe('copying: 90 % (9/10)\ncopying: 100 % (12/10)\n');
  });
});
