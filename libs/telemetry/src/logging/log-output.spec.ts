import { afterEach, describe, expect, it } from '@jest/globals';
import { LogOutput } from './log-output.js';

const outputs: (() => void)[] = [];
afterEach(() => {
  for (const listener of outputs.splice(0)) process.off('exit', listener);
});

/** A stream that holds lines back, as a buffered stdout does. */
function setUp() {
  const held: string[] = [];
  const written: string[] = [];
  const before = new Set(process.listeners('exit'));
  const output = new LogOutput({
    write: (line) => void held.push(line),
    flushSync: () => void written.push(held.splice(0).join('')),
  });
  const onExit = process.listeners('exit').find((listener) => !before.has(listener)) as () => void;
  outputs.push(onExit);
  return { output, written, onExit };
}

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

describe('LogOutput', () => {
  it('writes the lines of one turn of the event loop together', async () => {
    const { output, written } = setUp();
    output.write('a');
    output.write('b');
    await Promise.resolve();
    output.write('c');
    expect(written).toEqual([]);
    await nextTurn();
    output.write('d');
    await nextTurn();
    expect(written).toEqual(['abc', 'd']);
  });

  it('writes what it holds when the process ends', () => {
    const { output, written, onExit } = setUp();
    output.write('last words');
    onExit();
    expect(written).toEqual(['last words']);
  });

  it('hands every line to each sink at once, as long as it is attached', () => {
    const { output } = setUp();
    const [one, two]: [string[], string[]] = [[], []];
    const sink = (line: string) => void one.push(line);
    output.attach(sink);
    output.attach((line) => void two.push(line));
    output.write('a');
    output.detach(sink);
    output.write('b');
    expect([one, two]).toEqual([['a'], ['a', 'b']]);
  });
});
