import { describe, expect, it } from '@jest/globals';
import { attemptAt, leftAfter } from './attempt.js';

describe('an attempt at sending a message', () => {
  const draft = { message: 'For how long?', ttl: '7-days' } as const;
  const failed = attemptAt(draft, undefined);

  it('has the key of the one that failed, though one may have thought of something else meanwhile', () => {
    expect(failed.key).toMatch(/^[0-9a-f]{32}$/);
    expect(attemptAt({ ...draft }, failed)).toBe(failed);
  });

  it.each([
    ['another text', { ...draft, message: 'For how long!' }],
    ['another time to stay', { ...draft, ttl: '1-hour' } as const],
  ])('has a key of its own with %s', (_, changed) => {
    const next = attemptAt(changed, failed);
    expect(next).toMatchObject(changed);
    expect(next.key).not.toBe(failed.key);
  });

  it('has a key of its own after one that succeeded', () => {
    expect(attemptAt(draft, undefined).key).not.toBe(failed.key);
  });

  it('leaves what was written while it was sent', () => {
    expect(leftAfter(failed, draft.message)).toBe('');
    expect(leftAfter(failed, 'Written meanwhile.')).toBe('Written meanwhile.');
  });
});
