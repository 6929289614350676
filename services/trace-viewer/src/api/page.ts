import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { extname, join } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';

export interface PageFile {
  body: Buffer;
  /** Null where compressing does not pay. */
  brotli: Buffer | null;
  type: string;
  etag: string;
  /** The name contains a hash of the content, so it never changes. */
  immutable: boolean;
}

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.json': 'application/json; charset=utf-8',
  '.woff2': 'font/woff2',
  '.webmanifest': 'application/manifest+json',
};
const COMPRESSED = /^(text|image\/svg)|json/;

/** The built page, by URL path. Read once: it is small, and no path of a request ever reaches the file system. */
export function loadPage(directory: string): ReadonlyMap<string, PageFile> {
  const files = new Map<string, PageFile>();
  let names: string[];
  try {
    names = readdirSync(directory, { recursive: true, encoding: 'utf8' });
  } catch {
    // Not built: the API works without.
    return files;
  }
  for (const name of names) {
    const file = join(directory, name);
    const type = TYPES[extname(name)];
    if (type === undefined || !statSync(file).isFile()) continue;
    const body = readFileSync(file);
    const path = `/${name.replaceAll('\\', '/')}`;
    files.set(path, {
      body,
      brotli: COMPRESSED.test(type)
        ? brotliCompressSync(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } })
        : null,
      type,
      etag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`,
      immutable: path.startsWith('/assets/'),
    });
  }
  return files;
}
