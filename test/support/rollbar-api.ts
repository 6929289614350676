import { expect } from '@jest/globals';
import { VendorStandIn, type VendorRequest } from './vendor-stand-in.js';

/** Made up here: the right shape, no token of anybody's. */
export const ROLLBAR_TOKEN = '0123456789abcdef'.repeat(2);
export type Item = Record<string, any>;

/** What Rollbar checks of POST /api/1/item/ (https://docs.rollbar.com/reference/create-item). */
function checkItem({ method, path, headers, body }: VendorRequest) {
  expect([method, path, headers['content-type']]).toEqual(['POST', '/api/1/item/', 'application/json']);
  expect(headers['x-rollbar-access-token']).toBe(ROLLBAR_TOKEN);
  expect(body.length).toBeLessThan(512 * 1024);
  const { data } = JSON.parse(body.toString()) as { data: Item };
  expect(data.uuid.length).toBeLessThanOrEqual(36);
  expect(data.environment.length).toBeGreaterThan(0);
  expect(['critical', 'error', 'warning', 'info', 'debug']).toContain(data.level);
  expect(Number.isInteger(data.timestamp)).toBe(true);
  expect(Object.keys(data.body as object)).toHaveLength(1);
  for (const trace of data.body.trace_chain ?? []) {
    expect(typeof trace.exception.class).toBe('string');
    for (const frame of trace.frames) expect(typeof frame.filename).toBe('string');
  }
  if (data.person !== undefined) expect(data.person.id.length).toBeLessThanOrEqual(40);
  return { body: { err: 0, result: { id: null, uuid: data.uuid } } };
}

export class RollbarApi extends VendorStandIn {
  constructor() {
    super(checkItem);
  }

  get items(): Item[] {
    return this.requests.map(({ body }) => (JSON.parse(body.toString()) as { data: Item }).data);
  }

  get env(): Record<string, string> {
    return { ROLLBAR_ACCESS_TOKEN: ROLLBAR_TOKEN, ROLLBAR_ENDPOINT: `${this.url}/api/1/item/` };
  }
}
