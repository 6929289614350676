import { Injectable } from '@nestjs/common';

/** Bounds the bytes that were accepted and are not stored yet. */
@Injectable()
export class Intake {
  #bytes = 0;
  closing = false;

  constructor(private readonly maxBytes: number) {}

  /** Null when there is no room: the sender must come back. One request always fits. */
  reserve(bytes: number): (() => void) | null {
    if (this.#bytes > 0 && this.#bytes + bytes > this.maxBytes) return null;
    this.#bytes += bytes;
    return () => void (this.#bytes -= bytes);
  }
}
