const REMEMBERED = 4096;

/** The digests of the last request bodies: a retry sends the same bytes. */
export class RecentBodies {
  readonly #digests = new Set<string>();

  /** False when the body was seen before. */
  add(digest: string): boolean {
    if (this.#digests.has(digest)) return false;
    this.#digests.add(digest);
    // A Set iterates in the order of insertion.
    if (this.#digests.size > REMEMBERED) this.#digests.delete(this.#digests.values().next().value!);
    return true;
  }
}
