import { afterEach, describe, expect, it } from '@jest/globals';
import { LogOutput } from './log-output.js';

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}

const outputs: (() => void)[] = [];
afterEach(() => {
  for (const listener of outputs.splice(0)) process.off('exit', listener);
});

function setUp(holdMs?: number) {
  const written: string[] = [];
  const before = new Set(process.listeners('exit'));
  const output = new LogOutput({ write: (text) => void written.push(text) }, holdMs);
  const onExit = process.listeners('exit').find((listener) => !before.has(listener)) as () => void;
  outputs.push(onExit);
  return { output, written, onExit };
}

describe('LogOutput', () => {
  it('writes lines together, soon', async () => {
    const { output, written } = setUp();
    output.write('a');
    await new Promise((resolve) => setImmediate(resolve));
    output.write('b');
    expect(written).toEqual([]);
    await until(() => written.length > 0);
    expect(written).toEqual(['ab']);
  });

  it('writes at once when much is held, and when it is to hold nothing', () => {
    const { output, written } = setUp();
    const line = 'x'.repeat(20_000);
    output.write(line);
    output.write(line);
    expect(written).toEqual([line + line]);
    const direct = setUp(0);
    direct.output.write('a');
    expect(direct.written).toEqual(['a']);
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
