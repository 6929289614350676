import { describe, expect, it } from '@jest/globals';
import { honeycombKeyKind, readHoneycomb } from './honeycomb.js';

// Made up here: the right shape, no key of anybody's.
const ingest = `hcxik_${'0'.repeat(58)}`;
const classic = '0'.repeat(32);

function read(env: NodeJS.ProcessEnv) {
  const problems: string[] = [];
  return { settings: readHoneycomb(env, problems), problems };
}

describe('honeycombKeyKind', () => {
  it.each([
    [ingest, 'ingest'],
    [`hcxic_${'0'.repeat(58)}`, 'classic-ingest'],
    [`hcxlk_${'0'.repeat(58)}`, 'configuration'],
    [classic, 'classic'],
    ['0'.repeat(22), 'environment'],
    ['hello', 'malformed'],
  ])('%s is %s', (key, kind) => {
    expect(honeycombKeyKind(key)).toBe(kind);
  });
});

describe('readHoneycomb', () => {
  it('is off without a key', () => {
    expect(read({ HONEYCOMB_API_KEY: ' ' })).toEqual({ settings: undefined, problems: [] });
  });

  it('sends to the US endpoint, the key as the team, the dataset left to service.name', () => {
    expect(read({ HONEYCOMB_API_KEY: ingest }).settings).toEqual({
      endpoint: 'https://api.honeycomb.io',
      headers: { 'x-honeycomb-team': ingest },
    });
  });

  it('takes another endpoint, with or without a trailing slash', () => {
    const env = { HONEYCOMB_API_KEY: ingest, HONEYCOMB_API_ENDPOINT: 'https://api.eu1.honeycomb.io/' };
    expect(read(env).settings?.endpoint).toBe('https://api.eu1.honeycomb.io');
  });

  it('wants a dataset with a classic key', () => {
    expect(read({ HONEYCOMB_API_KEY: classic }).problems).toEqual([expect.stringContaining('HONEYCOMB_DATASET')]);
    expect(read({ HONEYCOMB_API_KEY: classic, HONEYCOMB_DATASET: 'cruddur' }).settings?.headers).toMatchObject({
      'x-honeycomb-dataset': 'cruddur',
    });
  });

  it.each([['hello-secret'], [`hcxlk_${'0'.repeat(58)}`], [classic]])(
    'says what is wrong with a key, not the key',
    (key) => {
      const { settings, problems } = read({ HONEYCOMB_API_KEY: key });
      expect(settings).toBeUndefined();
      expect(problems).toEqual([expect.stringMatching(/^HONEYCOMB_API_KEY /)]);
      expect(problems.join()).not.toContain(key);
    },
  );

  it('names HONEYCOMB_API_ENDPOINT when it is not a URL', () => {
    const { settings, problems } = read({ HONEYCOMB_API_KEY: ingest, HONEYCOMB_API_ENDPOINT: 'honeycomb' });
    expect(settings).toBeUndefined();
    expect(problems.join()).toContain('HONEYCOMB_API_ENDPOINT');
  });
});
