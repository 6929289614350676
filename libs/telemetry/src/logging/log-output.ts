import type { DestinationStream } from 'pino';

/** Takes the same serialised lines that stdout gets. Must return at once and never throw. */
export type LineSink = (line: string) => void;

/** Where the logger writes: stdout always, and any number of sinks beside it once telemetry has started. */
export class LogOutput implements DestinationStream {
  private sinks: readonly LineSink[] = [];

  constructor(private readonly stdout: DestinationStream) {}

  write(line: string): void {
    this.stdout.write(line);
    for (const sink of this.sinks) sink(line);
  }

  attach(sink: LineSink): void {
    this.sinks = [...this.sinks, sink];
  }

  detach(sink: LineSink): void {
    this.sinks = this.sinks.filter((other) => other !== sink);
  }
}
