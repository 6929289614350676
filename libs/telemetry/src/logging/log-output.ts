import type { DestinationStream } from 'pino';

/** Takes the same serialised lines that stdout gets. Must return at once and never throw. */
export type LineSink = (line: string) => void;

/** Where the logger writes: stdout always, and one sink beside it once telemetry has started. */
export class LogOutput implements DestinationStream {
  private sink: LineSink | undefined;

  constructor(private readonly stdout: DestinationStream) {}

  write(line: string): void {
    this.stdout.write(line);
    this.sink?.(line);
  }

  attach(sink: LineSink | undefined): void {
    this.sink = sink;
  }
}
