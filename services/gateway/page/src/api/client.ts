import { sentenceFor } from './sentences.js';
import type { Activity, Notification, Reply, Ttl } from './types.js';

/** Why there is no answer, as a sentence for a person, and the trace that shows it. */
export class ApiError extends Error {
  constructor(
    message: string,
    readonly status: number,
    readonly traceId?: string,
  ) {
    super(message);
  }
}

export interface Page<T> {
  readonly items: readonly T[];
  /** Address of the next page; null on the last one. */
  readonly next: string | null;
  /** A part of the system did not answer, and what is shown may be old. */
  readonly degraded: boolean;
}

const BASE = '/api/activities';

export const homePath = `${BASE}/home`;
export const notificationsPath = `${BASE}/notifications`;
export const profilePath = (handle: string) => `${BASE}/@${encodeURIComponent(handle)}`;
export const searchPath = (term: string) => `${BASE}/search?term=${encodeURIComponent(term)}`;

/** One page of a list; `path` is one of the above, or the `next` of the page before. */
export async function getPage<T extends Activity | Notification>(path: string, signal?: AbortSignal): Promise<Page<T>> {
  const response = await request(path, { signal });
  return {
    items: (await response.json()) as T[],
    next: /<([^>]+)>; rel="next"/.exec(response.headers.get('link') ?? '')?.[1] ?? null,
    degraded: response.headers.has('cruddur-degraded'),
  };
}

export async function getActivity(uuid: string, signal?: AbortSignal): Promise<Activity> {
  return (await (await request(`${BASE}/${encodeURIComponent(uuid)}`, { signal })).json()) as Activity;
}

/** @param key the same for every attempt at the same message, so that it is posted once */
export const post = (message: string, ttl: Ttl, key: string) => send<Activity>(BASE, { message, ttl }, key);
export const reply = (uuid: string, message: string, key: string) =>
  send<Reply>(`${BASE}/${encodeURIComponent(uuid)}/reply`, { message }, key);

async function send<T>(path: string, body: object, key: string): Promise<T> {
  const headers = { 'content-type': 'application/json', 'idempotency-key': key };
  return (await (await request(path, { method: 'POST', headers, body: JSON.stringify(body) })).json()) as T;
}

async function request(path: string, init: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, init);
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw new ApiError('Cruddur does not answer. Is the gateway running, and are you online?', 0);
  }
  if (response.ok) return response;
  const problem = (await response.json().catch(() => ({}))) as {
    errors?: string[];
    detail?: string;
    trace_id?: string;
  };
  throw new ApiError(sentenceFor(response.status, problem), response.status, problem.trace_id);
}
