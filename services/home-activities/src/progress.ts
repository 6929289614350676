import type { WriteStream } from 'node:tty';
import type { RebuildProgress } from './timeline.rebuild.js';

const WIDTH = 30;
/** Percent between two lines, where there is no terminal. */
const STEP = 10;

/** A bar that grows on a terminal; elsewhere a line every tenth, as a log would have it. */
export function showProgress(label: string, output: Pick<WriteStream, 'isTTY' | 'write'>) {
  let shown = -1;
  return ({ done, total }: RebuildProgress): void => {
    // More than the total may come: what was posted after it was counted.
    const percent = total === 0 ? 100 : Math.min(100, Math.floor((done / total) * 100));
    if (output.isTTY) {
      const filled = Math.round((percent / 100) * WIDTH);
      const bar = '█'.repeat(filled) + '░'.repeat(WIDTH - filled);
      output.write(`\r${label} ${bar} ${percent} % (${done}/${total})${percent === 100 && shown !== 100 ? '\n' : ''}`);
      shown = percent;
    } else if (percent === 100 ? shown !== 100 : percent >= shown + STEP) {
      output.write(`${label}: ${percent} % (${done}/${total})\n`);
      shown = percent;
    }
  };
}
