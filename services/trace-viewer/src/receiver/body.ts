import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate } from 'node:zlib';

/** Of a body on the wire, and of what it decompresses to. */
export const MAX_BODY_BYTES = 64 * 1024 * 1024;

export class BodyTooLargeError extends Error {
  override readonly name = 'BodyTooLargeError';
}
export class UnsupportedEncodingError extends Error {
  override readonly name = 'UnsupportedEncodingError';
}
export class CorruptBodyError extends Error {
  override readonly name = 'CorruptBodyError';
}

const DECODERS: Record<string, (body: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>> = {
  gzip: promisify<Buffer, { maxOutputLength: number }, Buffer>(gunzip),
  deflate: promisify<Buffer, { maxOutputLength: number }, Buffer>(inflate),
  br: promisify<Buffer, { maxOutputLength: number }, Buffer>(brotliDecompress),
};

/** Undoes Content-Encoding, never writing more than MAX_BODY_BYTES, however much a small body claims to be. */
export async function decompress(body: Buffer, encoding = 'identity'): Promise<Buffer> {
  const name = encoding.trim().toLowerCase();
  if (name === 'identity' || name === '') return body;
  const decode = DECODERS[name];
  if (decode === undefined) throw new UnsupportedEncodingError(`Content-Encoding ${name} is not supported, gzip is`);
  try {
    return await decode(body, { maxOutputLength: MAX_BODY_BYTES });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE')
      throw new BodyTooLargeError(`the body is larger than ${MAX_BODY_BYTES} bytes when decompressed`);
    throw new CorruptBodyError(`the body is not valid ${name}`, { cause: error });
  }
}
