/** A multiplication and a shift for each four characters: ids made by counting must not collide. */
function hash(id: string, seed: number, factor: number): number {
  let h = seed;
  for (let i = 0; i < id.length; i += 4) {
    const word = id.charCodeAt(i) | (id.charCodeAt(i + 1) << 8) | (id.charCodeAt(i + 2) << 16);
    h = Math.imul(h ^ word ^ (id.charCodeAt(i + 3) << 24), factor);
    h ^= h >>> 15;
  }
  return h;
}

/** Two hashes per slot, 0 0 for a free one; never more than half full. */
class Generation {
  readonly #words: Uint32Array;
  readonly #mask: number;
  size = 0;

  constructor(readonly capacity: number) {
    const slots = 2 ** Math.ceil(Math.log2(capacity * 2));
    this.#words = new Uint32Array(slots * 2);
    this.#mask = slots - 1;
  }

  has(low: number, high: number): boolean {
    return this.#find(low, high).found;
  }

  add(low: number, high: number): void {
    const { at, found } = this.#find(low, high);
    if (found) return;
    this.#words[at * 2] = low;
    this.#words[at * 2 + 1] = high;
    this.size++;
  }

  #find(low: number, high: number): { at: number; found: boolean } {
    let at = low & this.#mask;
    for (;;) {
      const l = this.#words[at * 2];
      const h = this.#words[at * 2 + 1];
      if (l === low && h === high) return { at, found: true };
      if (l === 0 && h === 0) return { at, found: false };
      at = (at + 1) & this.#mask;
    }
  }
}

/**
 * Remembers at least the last `window` spans in 64 bits each, so that a batch sent again after a lost answer is not
 * counted twice. Two generations, the older one dropped when the younger is full: no entry needs deleting.
 */
export class SeenSpans {
  #young: Generation;
  #old: Generation | null = null;

  constructor(private readonly window = 1_000_000) {
    this.#young = new Generation(window);
  }

  /** False when the span was seen before. */
  add(traceId: string, spanId: string): boolean {
    const low = hash(spanId, hash(traceId, 0x9e3779b9, 0x85ebca6b), 0x85ebca6b) >>> 0;
    const high = (hash(spanId, hash(traceId, 0x7f4a7c15, 0xc2b2ae35), 0xc2b2ae35) | 1) >>> 0;
    if (this.#young.has(low, high) || this.#old?.has(low, high)) return false;
    if (this.#young.size >= this.window) {
      this.#old = this.#young;
      this.#young = new Generation(this.window);
    }
    this.#young.add(low, high);
    return true;
  }
}
