import { describe, expect, it } from '@jest/globals';
import { mentionedHandles } from './mentions.js';

describe('mentionedHandles', () => {
  it.each([
    ['@ada and @bo_2, hello @Ada!', ['ada', 'bo_2']],
    ['(@ada)', ['ada']],
    ['👋@ada', ['ada']],
    ['@ada.', ['ada']],
    ['mail ada@example.org', []],
    ['see https://example.org/@ada', []],
    ['@ada@example.org', []],
    [`@${'a'.repeat(31)}`, []],
    ['@ @- nobody', []],
  ])('%j -> %j', (message, handles) => {
    expect(mentionedHandles(message)).toEqual(handles);
  });

  it('takes no noticeable time for a hostile message', () => {
    expect(mentionedHandles('@a'.repeat(100_000))).toEqual([]);
  });
});
