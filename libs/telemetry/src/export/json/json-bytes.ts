const FIRST_CHUNK_BYTES = 4 * 1024;
const CHUNK_BYTES = 64 * 1024;
/** Two megabytes. */
const MAX_SPARE = 32;
/** Longer texts are left to V8, whose own loops are faster then. */
const SHORT_TEXT = 160;
/** The same for bytes. */
const SHORT_BYTES = 24;
const QUOTE = 34;
const COMMA = 44;
const BACKSLASH = 92;
const ZERO = 48;

/** JSON that was written before, or is the same every time. */
export type Fragment = Uint8Array;

export const fragment = (json: string): Fragment => new TextEncoder().encode(json);

/** What 000 to 999 look like with a quotation mark behind: four bytes each. */
const THREE_DIGITS = Uint32Array.from({ length: 1_000 }, (_, value) =>
  Buffer.from(`${String(value).padStart(3, '0')}"`).readUInt32BE(),
);

/** Bytes outside of V8's heap, to which documents are added until it is full. */
export class Chunk {
  readonly bytes: Buffer;
  readonly view: DataView;
  private documents = 0;
  private full = false;

  private constructor(length: number) {
    this.bytes = Buffer.allocUnsafeSlow(length);
    this.view = new DataView(this.bytes.buffer);
  }

  /**
   * One that is not needed any more, if there is: memory that comes and goes is for V8 a reason to look through its
   * whole heap now and then.
   */
  static ofLength(length: number): Chunk {
    return (length === CHUNK_BYTES && spare.pop()) || new Chunk(length);
  }

  add(): void {
    this.documents++;
  }

  close(): void {
    this.full = true;
    this.keepSpare();
  }

  /** Called once for each document, when nobody will look at it again; a chunk of which some are forgotten is not used again. */
  release(): void {
    this.documents--;
    this.keepSpare();
  }

  private keepSpare(): void {
    if (!this.full || this.documents > 0 || this.bytes.length !== CHUNK_BYTES || spare.length >= MAX_SPARE) return;
    this.full = false;
    spare.push(this);
  }
}

const spare: Chunk[] = [];

/**
 * Writes JSON as UTF-8, one document after the other with a comma between, into chunks outside of V8's heap: what is
 * written there is neither looked at by the garbage collector nor copied by it, and needs no encoding when it is sent.
 */
export class JsonBytes {
  private chunk = Chunk.ofLength(FIRST_CHUNK_BYTES);
  private begun = 0;
  private at = 0;

  /** Ends the document that was being written: `chunk` from `start` to `end` will not change until it is released. */
  take(): { chunk: Chunk; start: number; end: number } {
    const { chunk, begun: start, at: end } = this;
    chunk.add();
    this.begun = end;
    this.byte(COMMA);
    this.begun = this.at;
    return { chunk, start, end };
  }

  /** Forgets what was written since the last document. */
  discard(): void {
    this.at = this.begun;
  }

  /** How many bytes the document has so far. */
  get position(): number {
    return this.at - this.begun;
  }

  /** A copy of the document so far. */
  copy(): Fragment {
    return new Uint8Array(this.chunk.bytes.subarray(this.begun, this.at));
  }

  put(bytes: Fragment): void {
    const { length } = bytes;
    if (this.at + length > this.chunk.bytes.length) this.makeRoom(length);
    const { at } = this;
    const { bytes: out } = this.chunk;
    if (length > SHORT_BYTES) out.set(bytes, at);
    else for (let i = 0; i < length; i++) out[at + i] = bytes[i]!;
    this.at = at + length;
  }

  byte(code: number): void {
    if (this.at === this.chunk.bytes.length) this.makeRoom(1);
    this.chunk.bytes[this.at++] = code;
  }

  /** Any text, in quotation marks. */
  string(text: string): void {
    const { length } = text;
    if (length <= SHORT_TEXT) {
      if (this.at + length + 2 > this.chunk.bytes.length) this.makeRoom(length + 2);
      const { bytes: out } = this.chunk;
      let { at } = this;
      out[at++] = QUOTE;
      let i = 0;
      for (; i < length; i++) {
        const code = text.charCodeAt(i);
        if (code < 32 || code > 126 || code === QUOTE || code === BACKSLASH) break;
        out[at++] = code;
      }
      if (i === length) {
        out[at++] = QUOTE;
        this.at = at;
        return;
      }
    }
    this.json(text);
  }

  number(value: number): void {
    if (value >= 0 && value < 1e9 && Number.isInteger(value)) {
      const count = countDigits(value);
      if (this.at + count > this.chunk.bytes.length) this.makeRoom(count);
      const { bytes: out } = this.chunk;
      this.at += count;
      let rest = value | 0;
      for (let at = this.at - 1; at >= this.at - count; at--) {
        const tenth = (rest / 10) | 0;
        out[at] = ZERO + rest - tenth * 10;
        rest = tenth;
      }
    } else this.json(value);
  }

  /** Whatever `JSON.stringify` makes of it. */
  json(value: unknown): void {
    this.text(JSON.stringify(value));
  }

  /** A piece of JSON. */
  text(json: string): void {
    // No UTF-16 code unit takes more than three bytes.
    if (this.at + json.length * 3 > this.chunk.bytes.length) this.makeRoom(Buffer.byteLength(json));
    this.at += this.chunk.bytes.write(json, this.at);
  }

  /** Writes ASCII over what stands at that position of the document. */
  replace(position: number, text: string): void {
    const { bytes: out } = this.chunk;
    const at = this.begun + position;
    for (let i = 0; i < text.length; i++) out[at + i] = text.charCodeAt(i);
  }

  /** The same with one digit. */
  replaceDigit(position: number, digit: number): void {
    this.chunk.bytes[this.begun + position] = ZERO + digit;
  }

  /** The same with nine digits and a quotation mark. @param value below 10^9, cut to a whole number */
  replaceDigits(position: number, value: number): void {
    const whole = value | 0;
    const thousands = (whole / 1_000) | 0;
    const millions = (whole / 1_000_000) | 0;
    const { view } = this.chunk;
    const at = this.begun + position;
    view.setUint32(at, THREE_DIGITS[millions]!);
    view.setUint32(at + 3, THREE_DIGITS[thousands - millions * 1_000]!);
    view.setUint32(at + 6, THREE_DIGITS[whole - thousands * 1_000]!);
  }

  /** The document moves to a new chunk; those before it stay where they are. */
  private makeRoom(bytes: number): void {
    const written = this.position;
    const larger = Math.min(this.chunk.bytes.length * 4, CHUNK_BYTES);
    const chunk = Chunk.ofLength(Math.max(larger, (written + bytes) * 2));
    chunk.bytes.set(this.chunk.bytes.subarray(this.begun, this.at));
    this.chunk.close();
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
