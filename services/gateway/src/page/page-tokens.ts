import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** One loaded page, for as long as it stays open. */
export interface PageSession {
  /** The first half of every trace id that the page may begin, 16 hexadecimal digits. */
  tracePrefix: string;
  /** Whether the page should get a new token before this one expires. */
  ageing: boolean;
}

const LIFETIME_S = 8 * 3_600;
const FORMAT = /^([0-9a-z]{6,7})\.([0-9a-f]{16})\.([\w-]{43})$/;

/**
 * Tokens that say: this gateway has served a page, lately, and this half of a trace id belongs to it alone. They are no
 * login: whoever can load the page gets one. See docs/adr/0061-the-page-begins-the-trace.md.
 */
export class PageTokens {
  private readonly key: Buffer;

  /** @param secret shared by gateways that stand for each other; without one, each start makes its own */
  constructor(
    secret?: string,
    private readonly now: () => number = Date.now,
  ) {
    this.key = secret ? createHmac('sha256', secret).update('cruddur page token').digest() : randomBytes(32);
  }

  /** @param tracePrefix of the session that goes on; a new one begins without */
  issue(tracePrefix = newPrefix()): string {
    const content = `${this.seconds().toString(36)}.${tracePrefix}`;
    return `${content}.${this.sign(content).toString('base64url')}`;
  }

  /** The session that a token stands for; undefined when it was not issued here, or too long ago. */
  read(token: unknown): PageSession | undefined {
    const [, issued, tracePrefix, signature] = (typeof token === 'string' && FORMAT.exec(token)) || [];
    if (!issued || !tracePrefix || !signature) return undefined;
    const genuine = this.sign(`${issued}.${tracePrefix}`);
    const claimed = Buffer.from(signature, 'base64url');
    if (claimed.length !== genuine.length || !timingSafeEqual(claimed, genuine)) return undefined;
    const age = this.seconds() - parseInt(issued, 36);
    return age >= 0 && age < LIFETIME_S ? { tracePrefix, ageing: age > LIFETIME_S / 2 } : undefined;
  }

  private sign(content: string): Buffer {
    return createHmac('sha256', this.key).update(content).digest();
  }

  private seconds(): number {
    return Math.floor(this.now() / 1_000);
  }
}

function newPrefix(): string {
  const prefix = randomBytes(8).toString('hex');
  return /^0+$/.test(prefix) ? newPrefix() : prefix;
}
