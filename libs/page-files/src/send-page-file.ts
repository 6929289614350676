import type { FastifyReply, FastifyRequest } from 'fastify';
import type { PageFile } from './load-page-files.js';

/** Answers with a file, compressed for who takes it so; 304 when the browser has it already. */
export function sendPageFile(request: FastifyRequest, reply: FastifyReply, file: PageFile): void {
  void reply.headers({
    'cache-control': file.immutable ? 'public, max-age=31536000, immutable' : 'no-cache',
    etag: file.etag,
    vary: 'accept-encoding',
    'content-type': file.type,
  });
  if (matches(request.headers['if-none-match'], file.etag)) return void reply.code(304).send();
  const brotli = file.brotli !== null && takesBrotli(request.headers['accept-encoding']);
  if (brotli) void reply.header('content-encoding', 'br');
  void reply.send(brotli ? file.brotli : file.body);
}

/** The weak comparison of If-None-Match (RFC 9110, 13.1.2). */
function matches(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  const tags = ifNoneMatch.split(',').map((tag) => tag.trim());
  return tags.includes('*') || tags.some((tag) => tag.replace(/^W\//, '') === etag.replace(/^W\//, ''));
}

/** Accept-Encoding names it, and not with the weight 0 (RFC 9110, 12.5.3). */
function takesBrotli(acceptEncoding: string | string[] | undefined): boolean {
  return /(^|[\s,])br\s*(,|$|;(?!\s*q=0(\.0*)?\s*(,|$)))/i.test(String(acceptEncoding ?? ''));
}
