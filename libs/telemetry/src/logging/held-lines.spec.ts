import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { LogOutput } from './log-output.js';
import { holdLine, writeHeldLines } from './held-lines.js';
import { createLogger } from './logger.js';

beforeEach(() => {
  jest.useFakeTimers({ now: new Date('2026-01-01T00:00:00Z') });
});
afterEach(() => {
  writeHeldLines();
  jest.useRealTimers();
});

function setUp() {
  const lines: Record<string, unknown>[] = [];
  const logger = createLogger({}, { write: (line) => void lines.push(JSON.parse(line) as Record<string, unknown>) });
  return { lines, logger, hold: (msg: string) => holdLine(() => void lines.push({ msg })) };
}
const messages = (lines: Record<string, unknown>[]) => lines.map(({ msg }) => msg);

describe('lines that wait for each other', () => {
  it('are written after fifty milliseconds', () => {
    const { lines, hold } = setUp();
    hold('held');
    jest.advanceTimersByTime(49);
    expect(lines).toEqual([]);
    jest.advanceTimersByTime(1);
    expect(messages(lines)).toEqual(['held']);
  });

  it('are written before any other line', () => {
    const { lines, logger, hold } = setUp();
    hold('1');
    hold('2');
    jest.advanceTimersByTime(10);
    logger.warn('3');
    expect(messages(lines)).toEqual(['1', '2', '3']);
  });

  it('are written when there are many', () => {
    const { lines, hold } = setUp();
    for (let i = 0; i < 33; i++) hold(String(i));
    expect(messages(lines)).toEqual(Array.from({ length: 32 }, (_, i) => String(i)));
  });

  it('are written when the process ends', () => {
    const written: string[] = [];
    const before = new Set(process.listeners('exit'));
    const output = new LogOutput({ write: (text) => void written.push(text) });
    const onExit = process.listeners('exit').find((listener) => !before.has(listener)) as () => void;
    process.off('exit', onExit);
    holdLine(() => output.write('last words'));
    onExit();
    expect(written.join('')).toContain('last words');
  });
});
