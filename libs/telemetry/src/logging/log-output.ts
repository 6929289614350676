import type { DestinationStream } from 'pino';

/** Takes the same serialised lines that stdout gets. Must return at once and never throw. */
export type LineSink = (line: string) => void;

/** A stream that may hold lines back until it is told to write them. */
export type LogStream = DestinationStream & { flushSync?(): void };

/**
 * Where the logger writes: stdout always, and any number of sinks beside it once telemetry has started.
 *
 * Lines of one turn of the event loop leave together: under load that is one system call for many requests,
 * and an idle service still writes at once. What is held back is written when the process ends or crashes;
 * only SIGKILL can lose the lines of the turn in progress.
 */
export class LogOutput implements DestinationStream {
  private sinks: readonly LineSink[] = [];
  private scheduled = false;

  constructor(private readonly stdout: LogStream) {
    process.on('exit', this.flush);
  }

  write(line: string): void {
    this.stdout.write(line);
    for (const sink of this.sinks) sink(line);
    if (this.scheduled || !this.stdout.flushSync) return;
    this.scheduled = true;
    setImmediate(this.flush);
  }

  attach(sink: LineSink): void {
    this.sinks = [...this.sinks, sink];
  }

  detach(sink: LineSink): void {
    this.sinks = this.sinks.filter((other) => other !== sink);
  }

  private readonly flush = (): void => {
    this.scheduled = false;
    this.stdout.flushSync?.();
  };
}
