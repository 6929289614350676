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
});
