import type { Ttl } from '../api/types.js';

export interface Draft {
  readonly message: string;
  readonly ttl: Ttl;
}

export interface Attempt extends Draft {
  readonly key: string;
}

// crypto.randomUUID is missing where the page did not come by HTTPS or from this machine.
const newKey = () =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');

/** The same draft is sent again with the key that failed; anything else is another request. */
export function attemptAt({ message, ttl }: Draft, failed: Attempt | undefined): Attempt {
  return failed?.message === message && failed.ttl === ttl ? failed : { message, ttl, key: newKey() };
}

/** What stays in the field once this was sent: what was written meanwhile. */
export const leftAfter = (sent: Attempt, written: string): string => (written === sent.message ? '' : written);
