const CHUNK_BYTES = 64 * 1024;
/** Longer texts are left to V8, whose own loops are faster then. */
const SHORT = 160;
const QUOTE = 34;
const BACKSLASH = 92;
const ZERO = 48;

/** JSON that was written before, or is the same every time. */
export type Fragment = Uint8Array;

export const fragment = (json: string): Fragment => Buffer.from(json);

/**
 * Writes JSON as UTF-8, one document after the other, into chunks outside of V8's heap: what is written there is neither
 * looked at by the garbage collector nor copied by it, and needs no encoding when it is sent.
 */
export class JsonBytes {
  private chunk = Buffer.allocUnsafeSlow(CHUNK_BYTES);
  private begun = 0;
  private at = 0;

  /** Ends the document that was being written: `chunk` from `start` to `end` will not change any more. */
  take(): { chunk: Uint8Array; start: number; end: number } {
    const start = this.begun;
    this.begun = this.at;
    return { chunk: this.chunk, start, end: this.at };
  }

  /** Forgets what was written since the last document. */
  discard(): void {
    this.at = this.begun;
  }

  /** How many bytes the document has so far; for {@link since}. */
  get position(): number {
    return this.at - this.begun;
  }

  /** A copy of what was written since that position of the same document. */
  since(position: number): Fragment {
    return Buffer.from(this.chunk.subarray(this.begun + position, this.at));
  }

  put(bytes: Fragment): void {
    const { length } = bytes;
    if (this.at + length > this.chunk.length) this.makeRoom(length);
    const { chunk, at } = this;
    if (length > 24) chunk.set(bytes, at);
    else for (let i = 0; i < length; i++) chunk[at + i] = bytes[i]!;
    this.at = at + length;
  }

  /** The bytes of what was written before from `start` to `end`. */
  part(bytes: Fragment, start: number, end: number): void {
    const length = end - start;
    if (this.at + length > this.chunk.length) this.makeRoom(length);
    this.chunk.set(start === 0 && length === bytes.length ? bytes : bytes.subarray(start, end), this.at);
    this.at += length;
  }

  byte(code: number): void {
    if (this.at === this.chunk.length) this.makeRoom(1);
    this.chunk[this.at++] = code;
  }

  /** A text that JSON and UTF-8 leave as it is: hexadecimal digits, numbers. */
  plain(text: string): void {
    const { length } = text;
    if (this.at + length > this.chunk.length) this.makeRoom(length);
    const { chunk } = this;
    let { at } = this;
    for (let i = 0; i < length; i++) chunk[at++] = text.charCodeAt(i);
    this.at = at;
  }

  /** Any text, in quotation marks. */
  string(text: string): void {
    const { length } = text;
    if (length <= SHORT) {
      if (this.at + length + 2 > this.chunk.length) this.makeRoom(length + 2);
      const { chunk } = this;
      let { at } = this;
      chunk[at++] = QUOTE;
      let i = 0;
      for (; i < length; i++) {
        const code = text.charCodeAt(i);
        if (code < 32 || code > 126 || code === QUOTE || code === BACKSLASH) break;
        chunk[at++] = code;
      }
      if (i === length) {
        chunk[at++] = QUOTE;
        this.at = at;
        return;
      }
    }
    this.json(text);
  }

  number(value: number): void {
    if (value >= 0 && value < 1e9 && Number.isInteger(value)) this.digits(value, countDigits(value));
    else this.json(value);
  }

  /** @param value a whole number below 10^9, with leading zeros up to that many digits */
  digits(value: number, count: number): void {
    if (this.at + count > this.chunk.length) this.makeRoom(count);
    const { chunk } = this;
    this.at += count;
    let { at } = this;
    let rest = value | 0;
    for (let i = 0; i < count; i++) {
      const tenth = (rest / 10) | 0;
      chunk[--at] = ZERO + rest - tenth * 10;
      rest = tenth;
    }
  }

  /** Whatever `JSON.stringify` makes of it. */
  json(value: unknown): void {
    const text = JSON.stringify(value);
    // No UTF-16 code unit takes more than three bytes.
    if (this.at + text.length * 3 > this.chunk.length) this.makeRoom(Buffer.byteLength(text));
    this.at += this.chunk.write(text, this.at);
  }

  /** The document moves to a new chunk; those before it stay where they are. */
  private makeRoom(bytes: number): void {
    const written = this.at - this.begun;
    const chunk = Buffer.allocUnsafeSlow(Math.max(CHUNK_BYTES, (written + bytes) * 2));
    this.chunk.copy(chunk, 0, this.begun, this.at);
    this.chunk = chunk;
    this.begun = 0;
    this.at = written;
  }
}

function countDigits(value: number): number {
  let count = 1;
  for (let power = 10; value >= power; power *= 10) count++;
  return count;
}
