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
  if (request.headers['if-none-match'] === file.etag) return void reply.code(304).send();
  const brotli = file.brotli !== null && /\bbr\b/.test(String(request.headers['accept-encoding'] ?? ''));
  if (brotli) void reply.header('content-encoding', 'br');
  void reply.send(brotli ? file.brotli : file.body);
}
