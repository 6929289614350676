import type { Finding } from './finding.ts';

export interface Link {
  name: string;
  url: string;
}

const SECRET_VARIABLE = /KEY|TOKEN|SECRET|PASSW|HEADERS/;
const SHORTEST_SECRET = 6;

/** What was found, on the terminal line by line as it is found, or as one JSON document at the end. */
export class Report {
  readonly findings: Finding[] = [];
  private readonly secrets: string[];
  private readonly write: (text: string) => void;
  private readonly json: boolean;
  private trace: { traceId: string; links: Link[] } | undefined;

  /** @param env whose secrets are in no text, whoever wrote it */
  constructor(env: NodeJS.ProcessEnv, write: (text: string) => void, json: boolean) {
    this.secrets = secretsOf(env);
    this.write = write;
    this.json = json;
  }

  get isWrong(): boolean {
    return this.findings.some(({ state }) => state === 'wrong');
  }

  add(...findings: Finding[]): void {
    for (const found of findings) {
      const finding = { ...found, text: this.clean(found.text) };
      this.findings.push(finding);
      if (!this.json) this.write(toLines(finding));
    }
  }

  addTrace(traceId: string, links: Link[]): void {
    this.trace = { traceId, links };
  }

  /** @returns the exit status */
  end(): number {
    if (this.json) this.write(`${JSON.stringify(this.toJson(), undefined, 2)}\n`);
    else this.write(this.ending());
    return this.isWrong ? 1 : 0;
  }

  private toJson() {
    const { traceId, links = [] } = this.trace ?? {};
    return { ok: !this.isWrong, trace_id: traceId, links, findings: this.findings };
  }

  private ending(): string {
    const { traceId, links = [] } = this.trace ?? {};
    const lines = links.map(({ name, url }) => `  ${name.padEnd(16)} ${url}`);
    const seen = lines.length > 0 ? ['', `The test trace ${traceId}:`, ...lines] : [];
    const wrongs = this.findings.filter(({ state }) => state === 'wrong').length;
    const verdict = wrongs === 0 ? 'All is well.' : `${wrongs} ${wrongs === 1 ? 'thing is' : 'things are'} wrong.`;
    return `${[...seen, '', verdict].join('\n')}\n`;
  }

  private clean(text: string): string {
    return this.secrets.reduce((clean, secret) => clean.replaceAll(secret, '[redacted]'), text);
  }
}

function toLines({ state, subject, text, next }: Finding): string {
  const lines = [`${state.padEnd(5)}  ${subject.padEnd(16)} ${text}`];
  if (next !== undefined) lines.push(`${''.padEnd(24)}next: ${next}`);
  return `${lines.join('\n')}\n`;
}

function secretsOf(env: NodeJS.ProcessEnv): string[] {
  const values = Object.entries(env).flatMap(([name, value = '']) =>
    SECRET_VARIABLE.test(name) ? [value.trim()] : [],
  );
  return values.filter((value) => value.length >= SHORTEST_SECRET);
}
