/** MurmurHash3's finaliser over the words of both ids: ids made by counting must not collide. */
function hash(traceId: string, spanId: string, seed: number): number {
  let h = seed;
  for (let i = 0; i < 32; i += 8) h = mix(h, parseInt(traceId.slice(i, i + 8), 16));
  for (let i = 0; i < 16; i += 8) h = mix(h, parseInt(spanId.slice(i, i + 8), 16));
  return h;
}

function mix(h: number, word: number): number {
  h = Math.imul(h ^ word, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
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
    const low = hash(traceId, spanId, 0x9e3779b9);
    const high = (hash(traceId, spanId, 0x7f4a7c15) | 1) >>> 0;
    if (this.#young.has(low, high) || this.#old?.has(low, high)) return false;
    if (this.#young.size >= this.window) {
      this.#old = this.#young;
      this.#young = new Generation(this.window);
    }
    this.#young.add(low, high);
    return true;
  }
}
