import { readFileSync } from 'node:fs';
import { type OtlpReceiver, type ReceivedSpan, startOtlpReceiver } from '@cruddur/telemetry/testing';
import { Program, type TracedBy, playAll } from './program.js';
import { type Difference, type Outcome, applyDifferences } from './wanted.js';

/** Two programs that differ in who traces them: this library, or the official instrumentations. */
export class Comparison<Scenario> {
  receiver!: OtlpReceiver;
  readonly programs = {} as Record<TracedBy, Program>;
  /** The names of the spans that nobody has ended. */
  readonly open = {} as Record<TracedBy, string[]>;
  private readonly shown = new Set<string>();

  constructor(
    private readonly file: string,
    private readonly scenarios: readonly Scenario[],
    private readonly differences: readonly Difference<Scenario>[],
  ) {}

  async run(play: (program: Program, scenario: Scenario) => Promise<void>): Promise<void> {
    this.receiver = await startOtlpReceiver();
    for (const by of ['ours', 'official'] as const) {
      const program = (this.programs[by] = await Program.start(this.file, by, this.receiver.url));
      await playAll(this.scenarios, (scenario) => play(program, scenario));
      this.open[by] = await program.stop();
    }
  }

  async close(): Promise<void> {
    for (const program of Object.values(this.programs)) await program.kill();
    await this.receiver.close();
  }

  traceIdOf(scenario: Scenario): string {
    return (this.scenarios.indexOf(scenario) + 1).toString(16).padStart(32, 'f');
  }

  spansOf(by: TracedBy, traceId: string | undefined): ReceivedSpan[] {
    return this.receiver.spans.filter((span) => span.service === by && span.traceId === traceId);
  }

  wanted(official: Outcome, scenario: Scenario): Outcome {
    return applyDifferences(official, scenario, this.differences, this.shown);
  }

  /** Wanted differences that no scenario has shown, or that the page on them does not name. */
  unfounded(): string[] {
    const page = readFileSync(new URL('../../docs/http-instrumentation.md', import.meta.url), 'utf8');
    const names = this.differences.map(({ name }) => name);
    return names.filter((name) => !this.shown.has(name) || !page.includes(`| ${name} |`));
  }
}
