import { DeliveryError } from './delivery-error.js';

export interface PostRequest {
  url: URL;
  headers: Record<string, string>;
  body: string | Uint8Array<ArrayBuffer>;
  timeoutMs: number;
}

/** What of an error's answer is looked at: enough for its reason, not for a page of HTML. */
const MAX_ANSWER = 2_000;

/**
 * One POST to a destination; redirects are not followed, as they would carry the key along.
 *
 * @returns the answer's body, when its status is 2xx
 * @throws DeliveryError with the status otherwise, without one when nobody answered
 */
export async function post({ url, headers, body, timeoutMs }: PostRequest): Promise<string> {
  let response: Response;
  let answer: string;
  try {
    const signal = AbortSignal.timeout(timeoutMs);
    response = await fetch(url, { method: 'POST', headers, body, redirect: 'manual', signal });
    answer = await response.text();
  } catch (error) {
    throw new DeliveryError(whyNoAnswer(error as Error));
  }
  if (response.ok) return answer;
  const { status } = response;
  throw Object.assign(
    new DeliveryError(`HTTP ${status}`, status, undefined, retryAfterMs(response.headers.get('retry-after'))),
    { answer: answer.slice(0, MAX_ANSWER), headers: response.headers },
  );
}

/** fetch() says "fetch failed" and keeps the reason in its cause. */
function whyNoAnswer(error: Error): string {
  if (error.name === 'TimeoutError') return 'no answer in time';
  const cause = error.cause as (Error & { code?: string }) | undefined;
  return cause?.code ?? cause?.message ?? error.message;
}

/** Seconds or a date (RFC 9110, 10.2.3). */
function retryAfterMs(value: string | null): number | undefined {
  if (!value) return undefined;
  const ms = /^\d+$/.test(value) ? Number(value) * 1_000 : Date.parse(value) - Date.now();
  return ms > 0 ? ms : undefined;
}
