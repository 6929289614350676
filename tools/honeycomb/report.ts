import { HoneycombRefusal } from './honeycomb-api.ts';

export type Kind = 'column' | 'query' | 'board' | 'trigger';
type Deed = 'create' | 'update' | 'remove';

const PAST = { create: 'created', update: 'updated', remove: 'removed' } as const satisfies Record<Deed, string>;
const STATUSES_OF_A_BAD_FILE = new Set([400, 409, 422]);

/** What a sync has done, line by line, and whether it could do everything. */
export class Report {
  private readonly counts = { create: 0, update: 0, remove: 0 };
  private unchanged = 0;
  private readonly open: string[] = [];
  private readonly notes: string[] = [];
  private readonly say: (line: string) => void;
  private readonly dryRun: boolean;

  constructor(say: (line: string) => void, dryRun: boolean) {
    this.say = say;
    this.dryRun = dryRun;
  }

  did(deed: Deed, kind: Kind, name: string): void {
    this.counts[deed]++;
    this.say(`${this.dryRun ? `would ${deed}` : PAST[deed]} ${kind} ${name}`);
  }

  isAsWanted(): void {
    this.unchanged++;
  }

  /** Something that cannot be done yet. */
  awaits(kind: Kind, name: string, what: string): void {
    this.open.push(`${kind} ${name} waits for ${what}`);
  }

  /** Something that everybody should know and nobody has to put right. */
  note(text: string): void {
    this.notes.push(text);
  }

  /** Does one file's work; what Honeycomb has against the file stops no other. */
  async attempt(file: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof HoneycombRefusal && STATUSES_OF_A_BAD_FILE.has(error.status))) throw error;
      this.open.push(`${file}: ${error.message}`);
    }
  }

  /** @returns the exit status */
  finish(): number {
    for (const note of this.notes) this.say(`note: ${note}`);
    for (const text of this.open) this.say(text);
    const deeds = (Object.keys(PAST) as Deed[]).filter((deed) => this.counts[deed] > 0);
    const done = deeds.map((deed) => `${this.counts[deed]} ${this.dryRun ? `to ${deed}` : PAST[deed]}`);
    const open = this.open.length > 0 ? [`${this.open.length} open`] : [];
    this.say([...done, `${this.unchanged} unchanged`, ...open].join(', '));
    if (this.open.length > 0)
      this.say('Send requests through the services, or correct what is named, and run this again.');
    return this.open.length > 0 ? 1 : 0;
  }
}
