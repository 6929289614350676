import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { DEMO_USER_UUID } from '@cruddur/contracts';

const ATTEMPT_TIMEOUT_MS = 5_000;
const PAUSE_MS = 10;
/** Of ten posts one is a reply to an activity that was acknowledged. */
const REPLY_EVERY = 10;

/** Clients that post, and repeat a post under its Idempotency-Key until it is acknowledged. */
export class Writers {
  readonly activities = new Set<string>();
  readonly replies = new Set<string>();
  failures = 0;
  private running = true;
  private readonly loops: Promise<void>[];

  constructor(
    private readonly url: string,
    count: number,
  ) {
    this.loops = Array.from({ length: count }, () => this.write());
  }

  get acknowledged(): number {
    return this.activities.size + this.replies.size;
  }

  /** Lets the posts under way come to their end. */
  async stop(): Promise<void> {
    this.running = false;
    await Promise.all(this.loops);
  }

  private async write(): Promise<void> {
    for (let n = 1; this.running; n++) {
      const [target] = n % REPLY_EVERY === 0 ? this.activities : [];
      const path = target === undefined ? '/activities' : `/activities/${target}/replies`;
      const uuid = await this.post(path, `Written among ruins: ${n}`);
      (target === undefined ? this.activities : this.replies).add(uuid);
      await sleep(PAUSE_MS);
    }
  }

  private async post(path: string, message: string): Promise<string> {
    const headers = { 'content-type': 'application/json', 'idempotency-key': randomUUID() };
    const body = JSON.stringify({ user_uuid: DEMO_USER_UUID, message });
    for (;;) {
      try {
        const signal = AbortSignal.timeout(ATTEMPT_TIMEOUT_MS);
        const response = await fetch(this.url + path, { method: 'POST', headers, body, signal });
        const answer = (await response.json()) as { uuid: string };
        if (response.status === 201) return answer.uuid;
      } catch {
        // Killed in the middle of it, or not up again: nobody knows whether it was written.
      }
      this.failures++;
      await sleep(PAUSE_MS * 5);
    }
  }
}
