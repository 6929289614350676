import { describe, expect, it } from '@jest/globals';
import { partsOf } from './parts.js';

describe('partsOf', () => {
  it.each([
    ['plain', ['plain']],
    ['', []],
    ['@Noor hello', [{ handle: 'noor' }, ' hello']],
    ['you, @noor, and @imke.', ['you, ', { handle: 'noor' }, ', and ', { handle: 'imke' }, '.']],
    ['me@example.org and @@twice', ['me@example.org and @@twice']],
    ['<b>@sol</b>', ['<b>', { handle: 'sol' }, '</b>']],
  ])('cuts %j into %j', (message, parts) => expect(partsOf(message)).toEqual(parts));

  // The examples of the service that tells people that they were mentioned.
  it.each([
    ['@ada and @bo_2, hello @Ada!', ['ada', 'bo_2', 'ada']],
    ['(@ada)', ['ada']],
    ['👋@ada', ['ada']],
    ['@ada.', ['ada']],
    ['mail ada@example.org', []],
    ['see https://example.org/@ada', []],
    ['@ada@example.org', []],
    [`@${'a'.repeat(31)}`, []],
    ['@ @- nobody', []],
  ])('finds in %j the handles %j', (message, handles) => {
    expect(partsOf(message).flatMap((part) => (typeof part === 'string' ? [] : [part.handle]))).toEqual(handles);
  });

  it('takes no noticeable time for a hostile message', () => {
    const hostile = '@a'.repeat(100_000);
    expect(partsOf(hostile)).toEqual([hostile]);
  });
});
