import { existsSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A file that exists while the store is open: found at the start, it says that the last process did not stop cleanly. */
export class RunMarker {
  readonly #file: string;
  /** When the process before this one was last known to run, if it did not stop cleanly. */
  readonly uncleanStopMs: number | null;

  constructor(directory: string) {
    this.#file = join(directory, 'running');
    this.uncleanStopMs = existsSync(this.#file) ? statSync(this.#file).mtimeMs : null;
    writeFileSync(this.#file, `${process.pid}\n`);
  }

  /** Called with every commit. */
  touch(): void {
    const now = new Date();
    utimesSync(this.#file, now, now);
  }

  remove(): void {
    rmSync(this.#file, { force: true });
  }
}
