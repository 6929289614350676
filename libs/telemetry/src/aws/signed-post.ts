import { createHash, createHmac } from 'node:crypto';
import { defaultProvider } from '@aws-sdk/credential-provider-node';
import { SignatureV4 } from '@smithy/signature-v4';
import { post } from '../export/post.js';
import type { AwsService } from './aws-service.js';

type Bytes = string | ArrayBuffer | ArrayBufferView;
function binary(data: Bytes): string | Buffer {
  if (typeof data === 'string') return data;
  return ArrayBuffer.isView(data) ? Buffer.from(data.buffer, data.byteOffset, data.byteLength) : Buffer.from(data);
}

/** Node's own SHA-256 in the shape that the signer asks for. */
class Sha256 {
  private readonly hash;

  constructor(secret?: Bytes) {
    this.hash = secret === undefined ? createHash('sha256') : createHmac('sha256', binary(secret));
  }

  update(data: Bytes): void {
    this.hash.update(binary(data));
  }

  digest(): Promise<Uint8Array> {
    return Promise.resolve(this.hash.digest());
  }

  reset(): void {
    throw new Error('a hash is used once');
  }
}

export type SignedPost = (
  path: string,
  headers: Record<string, string>,
  body: Uint8Array<ArrayBuffer>,
  timeoutMs: number,
) => Promise<string>;

/**
 * POSTs to a service of AWS, signed with Signature Version 4
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html) and the credentials of AWS's default chain:
 * environment, shared files, container, instance.
 *
 * @returns a function that resolves with the answer, and rejects as {@link post} does
 */
export function createSignedPost({ signingName, region, endpoint }: AwsService): SignedPost {
  const signer = new SignatureV4({ service: signingName, region, credentials: defaultProvider(), sha256: Sha256 });
  const base = endpoint.pathname.replace(/\/+$/, '');
  return async (path, headers, body, timeoutMs) => {
    const { protocol, hostname, host } = endpoint;
    const signed = await signer.sign({
      method: 'POST',
      protocol,
      hostname,
      path: base + path,
      query: {},
      headers: { host, ...headers },
      body,
    });
    return post({ url: new URL(base + path, endpoint), headers: signed.headers, body, timeoutMs });
  };
}
