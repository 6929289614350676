export interface Answer {
  status: number;
  headers: Headers;
  /** Undefined when it is not JSON. */
  body: unknown;
}

const TIMEOUT_MS = 3_000;

/** @returns the answer, or why there was none: `ECONNREFUSED` */
export async function ask(url: string, init: RequestInit = {}): Promise<Answer | string> {
  try {
    const response = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(TIMEOUT_MS), ...init });
    return { status: response.status, headers: response.headers, body: parse(await response.text()) };
  } catch (error) {
    return whyNot(error);
  }
}

/** What an error of fetch(), of a socket or of an exporter says at its core, in few words. */
export function whyNot(error: unknown): string {
  const { name, message, code, status, cause } = error as NodeJS.ErrnoException & { status?: number };
  if (name === 'TimeoutError') return 'no answer in time';
  const http = [status, code].find((value) => typeof value === 'number' && value >= 100);
  if (http !== undefined) return `HTTP ${http}`;
  if (typeof code === 'string') return code;
  if (cause) return whyNot(cause);
  return /\bE[A-Z]{4,}\b/.exec(message ?? '')?.[0] ?? message?.split('\n')[0] ?? 'it failed';
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Without credentials and query. */
export function printable(url: string): string {
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname === '/' ? '' : pathname}`;
}
