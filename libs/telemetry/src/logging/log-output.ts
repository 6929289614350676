import type { DestinationStream } from 'pino';
import { writeHeldLines } from './held-lines.js';

/** Takes the same serialised lines that stdout gets. Must return at once and never throw. */
export type LineSink = (line: string) => void;

/** Longer than this a line does not wait for others, in milliseconds: nobody who reads along notices. */
const HOLD_MS = 50;
/** More than this does not wait at all. */
const HELD_CHARACTERS = 32 * 1024;

/**
 * Where the logger writes: stdout always, and any number of sinks beside it once telemetry has started.
 *
 * Lines leave together, at most HOLD_MS after they were written: a write wakes whoever reads at the other end of the
 * pipe, which costs more than the line itself. What is held is written when the process ends or crashes; only a
 * signal that nobody handles, which ends it without notice, can lose the last lines.
 */
export class LogOutput implements DestinationStream {
  private sinks: readonly LineSink[] = [];
  private held = '';
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly stdout: DestinationStream,
    private readonly holdMs = HOLD_MS,
  ) {
    process.on('exit', this.flush);
  }

  write(line: string): void {
    this.held += line;
    for (const sink of this.sinks) sink(line);
    if (this.holdMs === 0 || this.held.length >= HELD_CHARACTERS) this.flush();
    else this.timer ??= setTimeout(this.flush, this.holdMs);
  }

  attach(sink: LineSink): void {
    this.sinks = [...this.sinks, sink];
  }

  detach(sink: LineSink): void {
    this.sinks = this.sinks.filter((other) => other !== sink);
  }

  private readonly flush = (): void => {
    writeHeldLines();
    clearTimeout(this.timer);
    this.timer = undefined;
    if (this.held === '') return;
    const text = this.held;
    this.held = '';
    this.stdout.write(text);
  };
}
