import { isUuid } from './identifiers.js';

/** The last activity of a page; the next page begins after it. Milliseconds are all the precision that is stored. */
export interface Position {
  created_at: string;
  uuid: string;
}

/** Opaque to callers, who must not build or read one. */
export function encodeCursor({ created_at, uuid }: Position): string {
  return Buffer.from(`${Date.parse(created_at).toString(36)}.${uuid}`).toString('base64url');
}

/** The position in a cursor, or undefined when it was not made by {@link encodeCursor}. */
export function decodeCursor(cursor: string): Position | undefined {
  const [time = '', uuid = '', ...rest] = Buffer.from(cursor, 'base64url').toString().split('.');
  if (rest.length > 0 || !/^[0-9a-z]{1,9}$/.test(time) || !isUuid(uuid)) return undefined;
  const position = { created_at: new Date(parseInt(time, 36)).toISOString(), uuid };
  return encodeCursor(position) === cursor ? position : undefined;
}
