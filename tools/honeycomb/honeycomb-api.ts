import { setTimeout as sleep } from 'node:timers/promises';
import { HoneycombError } from './honeycomb-error.ts';
import type { HoneycombSettings } from './settings.ts';

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

/** What the parts of a sync use of it. */
export type Api = Pick<HoneycombApi, 'get' | 'post' | 'put' | 'delete'>;

/** Reads, and makes believe that it writes: what would be made is called `new`. */
export function dryRunOf(api: Api): Api {
  const asked = <T>(_path: string, body: unknown) => Promise.resolve({ id: 'new', ...(body as object) } as T);
  return { get: (path) => api.get(path), post: asked, put: asked, delete: () => Promise.resolve(undefined) };
}

export interface HoneycombApiOptions {
  /** For one request. */
  timeoutMs: number;
  /** Words for whoever waits. */
  say: (text: string) => void;
}

const ATTEMPTS = 4;
/** What all waiting for a rate limit may take together. */
const PATIENCE_MS = 120_000;
const FIRST_PAUSE_MS = 500;

interface Answer {
  status: number;
  headers: Headers;
  text: string;
}

/** No answer, and why. */
interface Lost {
  lost: Error;
}

/** Honeycomb said no; `status` lets a caller make something of it. */
export class HoneycombRefusal extends HoneycombError {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/**
 * Honeycomb's management API (https://docs.honeycomb.io/api/). Requests go one after the other: its limits are low, and
 * nobody waits for the millisecond.
 */
export class HoneycombApi {
  private readonly settings: HoneycombSettings;
  private readonly options: HoneycombApiOptions;
  private waitedMs = 0;

  constructor(settings: HoneycombSettings, options: HoneycombApiOptions) {
    this.settings = settings;
    this.options = options;
  }

  get endpoint(): string {
    return this.settings.endpoint;
  }

  get<T>(path: string): Promise<T> {
    return this.call('GET', path);
  }

  post<T>(path: string, body: unknown): Promise<T> {
    return this.call('POST', path, body);
  }

  put<T>(path: string, body: unknown): Promise<T> {
    return this.call('PUT', path, body);
  }

  delete(path: string): Promise<unknown> {
    return this.call('DELETE', path);
  }

  private async call<T>(method: Method, path: string, body?: unknown): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      const answer = await this.send(method, path, body);
      if (!('lost' in answer) && answer.status < 300) return this.parse<T>(answer);
      const pauseMs = attempt < ATTEMPTS ? this.pauseBefore(method, answer, attempt) : undefined;
      if (pauseMs === undefined) throw this.refused(method, path, answer);
      await this.pause(pauseMs);
    }
  }

  private async send(method: Method, path: string, body: unknown): Promise<Answer | Lost> {
    try {
      const response = await fetch(this.settings.endpoint + path, {
        method,
        headers: { 'x-honeycomb-team': this.settings.key, 'content-type': 'application/json' },
        body: body === undefined ? undefined : JSON.stringify(body),
        // A redirect would take the key along.
        redirect: 'error',
        signal: AbortSignal.timeout(this.options.timeoutMs),
      });
      return { status: response.status, headers: response.headers, text: await response.text() };
    } catch (error) {
      return { lost: error as Error };
    }
  }

  private parse<T>({ text }: Answer): T {
    try {
      return (text === '' ? undefined : JSON.parse(text)) as T;
    } catch {
      throw new HoneycombError(`${this.endpoint} is not Honeycomb's API (no JSON): check HONEYCOMB_API_ENDPOINT.`);
    }
  }

  /**
   * @returns milliseconds, or undefined when another attempt is of no use. A POST whose answer got lost may have been
   * done; the next run finds out by the name.
   */
  private pauseBefore(method: Method, answer: Answer | Lost, attempt: number): number | undefined {
    const backOff = FIRST_PAUSE_MS * 2 ** (attempt - 1);
    if ('lost' in answer) return method === 'POST' || isNobodyThere(answer.lost) ? undefined : backOff;
    if (answer.status === 429) {
      const wait = retryAfter(answer.headers) ?? backOff;
      return this.waitedMs + wait <= PATIENCE_MS ? wait : undefined;
    }
    return answer.status >= 500 && method !== 'POST' ? backOff : undefined;
  }

  private async pause(ms: number): Promise<void> {
    if (ms >= 1_000)
      this.options.say(`Honeycomb does not answer as it should; again in ${Math.ceil(ms / 1_000)} s ...`);
    this.waitedMs += ms;
    await sleep(ms);
  }

  private refused(method: Method, path: string, answer: Answer | Lost): HoneycombError {
    if (!('lost' in answer)) {
      const said = saidBy(answer.text, this.settings.key);
      return new HoneycombRefusal(answer.status, explain(answer, said, `${method} ${path}`, this.settings));
    }
    const next = method === 'POST' ? ' Then run this again.' : '';
    const why =
      answer.lost.name === 'TimeoutError'
        ? `did not answer within ${this.options.timeoutMs / 1_000} s: look at https://status.honeycomb.io, or set --timeout higher.`
        : `cannot be reached (${codeOf(answer.lost)}): check the network and HONEYCOMB_API_ENDPOINT.`;
    return new HoneycombError(`${this.endpoint} ${why}${next}`);
  }
}

function explain({ status, headers }: Answer, said: string, request: string, settings: HoneycombSettings): string {
  const answer = said ? `${status}: ${said}` : String(status);
  if (status === 401) {
    return settings.looksLikeId
      ? `Honeycomb does not know this key (401). HONEYCOMB_CONFIG_KEY begins with hc?lk_, which is how a configuration key is named: copy the key itself, in Environment Settings > API Keys > Configuration.`
      : `Honeycomb does not know this key (401): copy HONEYCOMB_CONFIG_KEY anew, and check that your account lives at ${settings.endpoint} (EU: HONEYCOMB_API_ENDPOINT=https://api.eu1.honeycomb.io).`;
  }
  if (status === 403) {
    return `Honeycomb refuses ${request} to this key (${answer}): give the key that permission, in Environment Settings > API Keys > Configuration.`;
  }
  if (status === 429) {
    const seconds = Math.ceil((retryAfter(headers) ?? 60_000) / 1_000);
    return `Honeycomb's rate limit is used up (429): run this again in ${seconds} s. What was done stays done.`;
  }
  if (status >= 500) {
    return `Honeycomb fails (${answer}): look at https://status.honeycomb.io and run this again. What was done stays done.`;
  }
  return `Honeycomb refuses ${request} (${answer})`;
}

/** Milliseconds, from Retry-After (seconds or a date) or else from the `reset` of the header RateLimit. */
export function retryAfter(headers: Headers, now = Date.now()): number | undefined {
  const value = headers.get('retry-after')?.trim() || /reset=(\d+)/.exec(headers.get('ratelimit') ?? '')?.[1];
  if (!value) return undefined;
  const ms = /^\d+$/.test(value) ? Number(value) * 1_000 : Date.parse(value) - now;
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}

/** Honeycomb's reason; should it quote the key, without it. */
function saidBy(text: string, key: string): string {
  try {
    const problem = JSON.parse(text) as ProblemDetail;
    const details = (problem.type_detail ?? []).map(({ field, description }) => [field, description].join(' '));
    const all = [problem.error ?? problem.title, ...details].filter(Boolean).join('; ');
    return all.replaceAll(key, '[key]').slice(0, 500);
  } catch {
    return '';
  }
}

interface ProblemDetail {
  error?: string;
  title?: string;
  type_detail?: { field?: string; description?: string }[];
}

const codeOf = (error: Error): string => {
  const cause = error.cause as NodeJS.ErrnoException | undefined;
  return cause?.code ?? cause?.message ?? error.message;
};
const isNobodyThere = (error: Error) => ['ECONNREFUSED', 'ENOTFOUND'].includes(codeOf(error));
