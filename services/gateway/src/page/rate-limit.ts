/** So many at once, and so many per second from then on. */
export interface Allowance {
  burst: number;
  perSecond: number;
}

interface Bucket {
  left: number;
  at: number;
}

/** Addresses that are remembered. Who comes after so many others begins anew; the allowance of all together holds. */
const MAX_CLIENTS = 10_000;

/** A token bucket for each client and one for all together. */
export class RateLimit {
  private readonly clients = new Map<string, Bucket>();
  private readonly all: Bucket;

  constructor(
    private readonly perClient: Allowance,
    private readonly together: Allowance,
    private readonly now: () => number = Date.now,
  ) {
    this.all = { left: together.burst, at: now() };
  }

  /** Takes one, if there is one both for this client and for all. */
  take(client: string): boolean {
    const bucket = this.bucketOf(client);
    this.fill(bucket, this.perClient);
    this.fill(this.all, this.together);
    if (bucket.left < 1 || this.all.left < 1) return false;
    bucket.left--;
    this.all.left--;
    return true;
  }

  private bucketOf(client: string): Bucket {
    const bucket = this.clients.get(client) ?? { left: this.perClient.burst, at: this.now() };
    // The last one used stands last, so that the first one is the one to forget.
    this.clients.delete(client);
    this.clients.set(client, bucket);
    if (this.clients.size > MAX_CLIENTS) this.clients.delete(this.clients.keys().next().value!);
    return bucket;
  }

  private fill(bucket: Bucket, { burst, perSecond }: Allowance): void {
    const now = this.now();
    bucket.left = Math.min(burst, bucket.left + (Math.max(0, now - bucket.at) / 1_000) * perSecond);
    bucket.at = now;
  }
}
