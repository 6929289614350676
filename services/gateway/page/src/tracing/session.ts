import { randomHex } from './span.js';

/** The header by which the gateway knows its own page. */
export const PAGE_HEADER = 'cruddur-page';

let token = document.querySelector<HTMLMetaElement>('meta[name="page-token"]')?.content ?? '';

/** Whether the gateway takes this page's spans; without a token nothing is traced. */
export const isTraced = (): boolean => token !== '';
export const pageToken = (): string => token;

/** The gateway gives out a new token before the old one expires. */
export function renewToken(response: Response): void {
  token = response.headers.get(PAGE_HEADER) ?? token;
}

/** The first half of a trace id is given by the token, the second is the page's own. */
export function newTraceId(): string {
  return (token.split('.')[1] ?? '') + randomHex(8);
}
