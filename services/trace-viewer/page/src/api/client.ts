/** A refusal of the API, as its problem details tell it. */
export class ApiError extends Error {
  readonly status: number;
  /** One line per field that is wrong. */
  readonly details: readonly string[];

  constructor(status: number, message: string, details: readonly string[] = []) {
    super(message);
    this.status = status;
    this.details = details;
  }
}

type Parameters = Record<string, string | number | boolean | null | undefined>;
interface Problem {
  title?: string;
  detail?: string;
  errors?: { path?: string; message?: string }[];
}

export function apiUrl(path: string, parameters: Parameters = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters))
    if (value !== null && value !== undefined && value !== '') search.set(name, String(value));
  return `/api/${path}${search.size ? `?${search}` : ''}`;
}

export const get = <T>(path: string, parameters?: Parameters, signal?: AbortSignal): Promise<T> =>
  send<T>(apiUrl(path, parameters), signal ? { signal } : {});

export const post = <T>(path: string, body: unknown, signal?: AbortSignal): Promise<T> =>
  send<T>(apiUrl(path), { ...json('POST', body), ...(signal && { signal }) });

export const put = (path: string, body: unknown): Promise<void> => send(apiUrl(path), json('PUT', body));
export const remove = (path: string): Promise<void> => send(apiUrl(path), { method: 'DELETE' });

const json = (method: string, body: unknown): RequestInit => ({
  method,
  headers: { 'content-type': 'application/json' },
  body: typeof body === 'string' ? body : JSON.stringify(body),
});

async function send<T>(url: string, init: RequestInit): Promise<T> {
  let response: Response;
  try {
    response = await fetch(url, init);
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw new ApiError(0, 'The trace viewer does not answer. Is it still running?');
  }
  if (!response.ok) throw await refusal(response);
  const text = await response.text();
  return (text ? JSON.parse(text) : undefined) as T;
}

async function refusal(response: Response): Promise<ApiError> {
  const problem = (await response.json().catch(() => ({}))) as Problem;
  const message = problem.detail ?? problem.title ?? `The trace viewer answered ${response.status}`;
  const details = (problem.errors ?? []).map(({ path, message: text }) => [path, text].filter(Boolean).join(': '));
  return new ApiError(response.status, message, details.length > 1 ? details : []);
}
