import { expect } from '@jest/globals';
import { VendorStandIn } from './vendor-stand-in.js';

// Made up here: the right shape, no key of anybody's.
export const HONEYCOMB_KEY = `hcxik_${'d0c'.repeat(19)}0`;

/** Honeycomb as far as it takes spans and says whose a key is: a key that it does not know is 401. */
export class HoneycombAuth extends VendorStandIn {
  constructor() {
    super(({ method, path, headers }) => {
      if (headers['x-honeycomb-team'] !== HONEYCOMB_KEY) return { status: 401, body: { error: 'unknown API key' } };
      if (path === '/v1/traces') return expect(method).toBe('POST');
      expect([method, path]).toEqual(['GET', '/1/auth']);
      return {
        body: {
          id: 'stand-in',
          type: 'ingest',
          api_key_access: { events: true, createDatasets: true },
          environment: { name: 'Test', slug: 'test' },
          team: { name: 'Our Team', slug: 'our-team' },
        },
      };
    });
  }

  get env(): Record<string, string> {
    return { HONEYCOMB_API_KEY: HONEYCOMB_KEY, HONEYCOMB_API_ENDPOINT: this.url };
  }
}
