export interface UpstreamOptions {
  /** The neighbour's `service.name`. */
  name: string;
  /** Scheme, host and port: `http://127.0.0.1:4569`. */
  origin: string;
  /** For one attempt, from sending to the last byte of the answer. Milliseconds. */
  timeoutMs?: number;
  /** Further attempts of an operation that may be repeated. */
  retries?: number;
  /** The first wait before a retry is at most this long, each further one at most twice the one before. Milliseconds. */
  retryDelayMs?: number;
  /** Longest wait before a retry. A neighbour that asks for more (Retry-After) is not tried again. Milliseconds. */
  maxRetryDelayMs?: number;
  /** How many retries each call pays for: 0.2 allows one retry per five calls once the reserve is used up. */
  retriesPerCall?: number;
  /** Calls at the same time, and calls that may wait for one of them to end. What is more is shed. */
  maxConcurrent?: number;
  maxQueued?: number;
  /** The circuit opens when this share of the last `breakerWindow` attempts failed, after at least `breakerMinimum`. */
  breakerThreshold?: number;
  breakerWindow?: number;
  breakerMinimum?: number;
  /** How long an open circuit lets nothing through before it tries one call. Milliseconds. */
  breakerOpenMs?: number;
}

export const DEFAULTS = {
  timeoutMs: 2_000,
  retries: 2,
  retryDelayMs: 50,
  maxRetryDelayMs: 1_000,
  retriesPerCall: 0.2,
  maxConcurrent: 100,
  maxQueued: 400,
  breakerThreshold: 0.5,
  breakerWindow: 20,
  breakerMinimum: 5,
  breakerOpenMs: 5_000,
} as const satisfies Partial<UpstreamOptions>;
