import { createHash, createHmac } from 'node:crypto';
import type { VendorRequest } from './vendor-stand-in.js';

/** Made up here: no key of anybody's. */
export const AWS_ENV = {
  AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'not-a-secret-of-anybody',
  AWS_REGION: 'eu-central-1',
};

const AUTHORIZATION =
  /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([\w-]+)\/(\w+)\/aws4_request, SignedHeaders=([\w;-]+), Signature=([0-9a-f]{64})$/;
const MAX_SKEW_MS = 5 * 60_000;

const sha256 = (data: Buffer | string) => createHash('sha256').update(data).digest('hex');
const hmac = (key: Buffer | string, data: string) => createHmac('sha256', key).update(data).digest();

/**
 * Computes the signature anew, step by step as AWS describes it, and throws where AWS would answer 403:
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export function checkSignature({ method, path, headers, sent }: VendorRequest, service: string): void {
  const [, accessKey, day, region, signedFor, signedHeaders = '', signature] =
    AUTHORIZATION.exec(headers.authorization ?? '') ?? [];
  if (accessKey !== AWS_ENV.AWS_ACCESS_KEY_ID) throw new Error('UnrecognizedClientException');
  if (region !== AWS_ENV.AWS_REGION || signedFor !== service) throw new Error('signed for another region or service');
  const date = String(headers['x-amz-date']);
  const time = Date.parse(date.replace(/^(....)(..)(..)T(..)(..)(..)Z$/, '$1-$2-$3T$4:$5:$6Z'));
  if (!(Math.abs(Date.now() - time) < MAX_SKEW_MS) || !date.startsWith(day!)) throw new Error('RequestExpired');
  const names = signedHeaders.split(';');
  for (const needed of ['host', 'x-amz-date']) if (!names.includes(needed)) throw new Error(`${needed} is not signed`);
  const [pathname, query = ''] = path.split('?');
  const canonicalHeaders = names
    .map((name) => `${name}:${String(headers[name]).trim().replaceAll(/ +/g, ' ')}\n`)
    .join('');
  const canonical = [method, pathname, query, canonicalHeaders, signedHeaders, sha256(sent)].join('\n');
  const scope = `${day}/${region}/${service}/aws4_request`;
  const toSign = ['AWS4-HMAC-SHA256', date, scope, sha256(canonical)].join('\n');
  const key = [day!, region, service, 'aws4_request'].reduce<Buffer | string>(
    hmac,
    `AWS4${AWS_ENV.AWS_SECRET_ACCESS_KEY}`,
  );
  if (hmac(key, toSign).toString('hex') !== signature) throw new Error('SignatureDoesNotMatch');
}
