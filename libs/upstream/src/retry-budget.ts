const RESERVE = 10;

/**
 * A token bucket that keeps retries a small share of the calls, so that they cannot multiply the load on a neighbour
 * that is already failing. A reserve lets the first few failures after a quiet time be retried.
 */
export class RetryBudget {
  private tokens = RESERVE;

  constructor(private readonly retriesPerCall: number) {}

  /** A call was made. */
  deposit(): void {
    this.tokens = Math.min(RESERVE, this.tokens + this.retriesPerCall);
  }

  get allowsRetry(): boolean {
    return this.tokens >= 1;
  }

  withdraw(): void {
    this.tokens -= 1;
  }
}
