import { beforeEach, describe, expect, it } from '@jest/globals';
import { PageTokens } from './page-tokens.js';

const HOUR = 3_600_000;
let now: number;
let tokens: PageTokens;
beforeEach(() => {
  now = Date.parse('2026-11-21T12:00:00Z');
  tokens = new PageTokens(undefined, () => now);
});

describe('PageTokens', () => {
  it('reads what it has issued: half a trace id, another one for each page', () => {
    const [one, other] = [tokens.read(tokens.issue()), tokens.read(tokens.issue())];
    expect(one).toEqual({ tracePrefix: expect.stringMatching(/^[0-9a-f]{16}$/), ageing: false });
    expect(other?.tracePrefix).not.toBe(one?.tracePrefix);
  });

  it('goes on with a session under a new token', () => {
    const { tracePrefix } = tokens.read(tokens.issue())!;
    now += HOUR;
    expect(tokens.read(tokens.issue(tracePrefix))?.tracePrefix).toBe(tracePrefix);
  });

  it('says when a token ages, and reads none that is eight hours old, or from the future', () => {
    const token = tokens.issue();
    now += 4 * HOUR + 1_000;
    expect(tokens.read(token)?.ageing).toBe(true);
    now += 4 * HOUR - 2_000;
    expect(tokens.read(token)).toBeDefined();
    now += 1_000;
    expect(tokens.read(token)).toBeUndefined();
    now -= 9 * HOUR;
    expect(tokens.read(token)).toBeUndefined();
  });

  it('reads none in which a single character is another one', () => {
    const token = tokens.issue();
    for (let at = 0; at < token.length - 1; at++) {
      const changed = token.slice(0, at) + (token[at] === '0' ? '1' : '0') + token.slice(at + 1);
      expect(tokens.read(changed)).toBeUndefined();
    }
  });

  it.each([undefined, '', 'x', '..', ['a', 'b'], 7, 'x'.repeat(10_000)])('reads nothing in %j', (token) => {
    expect(tokens.read(token)).toBeUndefined();
  });

  it('reads those of another one only when they share a secret', () => {
    const at = () => now;
    expect(new PageTokens(undefined, at).read(tokens.issue())).toBeUndefined();
    const [a, b, c] = ['secret of both', 'secret of both', 'of another'].map((secret) => new PageTokens(secret, at));
    expect(b!.read(a!.issue())).toBeDefined();
    expect(c!.read(a!.issue())).toBeUndefined();
  });
});
