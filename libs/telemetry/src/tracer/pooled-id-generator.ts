import type { IdGenerator } from '@opentelemetry/sdk-trace';

const POOL_WORDS = 128;
const ZERO = 48;

/** Random ids as https://www.w3.org/TR/trace-context-2/ wants them, cut from a text of digits that is made now and then. */
export class PooledIdGenerator implements IdGenerator {
  private readonly pool = new Uint32Array(POOL_WORDS);
  private readonly bytes = Buffer.from(this.pool.buffer);
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
      for (let i = 0; i < POOL_WORDS; i++) this.pool[i] = Math.random() * 2 ** 32;
      this.digits = this.bytes.toString('hex');
      this.at = 0;
    }
    const id = this.digits.slice(this.at, this.at + length);
    this.at += length;
    // Ids of nothing but zeros are not valid.
    return id.charCodeAt(0) === ZERO && /^0+$/.test(id) ? this.next(length) : id;
  }
}
