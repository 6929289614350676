import { randomFillSync } from 'node:crypto';
import type { IdGenerator } from '@opentelemetry/sdk-trace';

const POOL_BYTES = 512;
const ZERO = 48;

/** Random ids as https://www.w3.org/TR/trace-context-2/ wants them, cut from a text of digits that is made now and then. */
export class PooledIdGenerator implements IdGenerator {
  private readonly pool = Buffer.allocUnsafeSlow(POOL_BYTES);
  private digits = '';
  private at = 0;

  generateTraceId(): string {
    return this.next(32);
  }

  generateSpanId(): string {
    return this.next(16);
  }

  private next(length: number): string {
    if (this.at + length > this.digits.length) {
      this.digits = randomFillSync(this.pool).toString('hex');
      this.at = 0;
    }
    const id = this.digits.slice(this.at, this.at + length);
    this.at += length;
    // Ids of nothing but zeros are not valid.
    return id.charCodeAt(0) === ZERO && /^0+$/.test(id) ? this.next(length) : id;
  }
}
