import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { extname, join } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';

export interface PageFile {
  body: Buffer;
  /** Null where compressing does not pay. */
  brotli: Buffer | null;
  type: string;
  /** Weak, because it is the same whether compressed or not. */
  etag: string;
  /** Its name holds a hash of its content, so it never changes. */
  immutable: boolean;
}

const TYPES: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.ico': 'image/x-icon',
  '.json': 'application/json; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
};

/** The built page by URL path, read once: no path of a request ever reaches the file system. Empty when it is not built. */
export function loadPageFiles(directory: string): ReadonlyMap<string, PageFile> {
  const names = existsSync(directory) ? readdirSync(directory, { recursive: true, encoding: 'utf8' }) : [];
  return new Map(
    names.flatMap((name) => {
      const type = TYPES[extname(name)];
      if (type === undefined || !statSync(join(directory, name)).isFile()) return [];
      const path = `/${name.replaceAll('\\', '/')}`;
      return [[path, toPageFile(readFileSync(join(directory, name)), type, path)]];
    }),
  );
}

function toPageFile(body: Buffer, type: string, path: string): PageFile {
  const brotli = brotliCompressSync(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } });
  return {
    body,
    brotli: brotli.length < body.length ? brotli : null,
    type,
    etag: `W/"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`,
    immutable: path.startsWith('/assets/'),
  };
}
