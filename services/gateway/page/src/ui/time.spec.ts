import { afterAll, describe, expect, it, jest } from '@jest/globals';

jest.useFakeTimers();
const { ago, left } = await import('./time.js');
afterAll(() => void jest.useRealTimers());

const AT = Date.parse('2026-11-21T12:00:00Z');
const secondsFrom = (seconds: number) => new Date(AT + seconds * 1_000).toISOString();

describe('ago', () => {
  it.each([
    [-5, 'now'],
    [59, 'now'],
    [60, '1 min'],
    [3_599, '59 min'],
    [3_600, '1 h'],
    [86_400 * 2, '2 d'],
  ])('says of %i seconds: %s', (seconds, text) => expect(ago(secondsFrom(-seconds), AT)).toBe(text));
});

describe('left', () => {
  it.each([
    [-1, 'gone'],
    [30, 'moments left'],
    [60, '1 minute left'],
    [3 * 3_600, '3 hours left'],
    [86_400 * 7 - 1, '6 days left'],
  ])('says of %i seconds: %s', (seconds, text) => expect(left(secondsFrom(seconds), AT)).toBe(text));
});
