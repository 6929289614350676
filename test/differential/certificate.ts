import { generateKeyPairSync, sign } from 'node:crypto';

export interface Certificate {
  key: string;
  cert: string;
}

/** DER: a tag, a length, a value. */
function der(tag: number, ...parts: Buffer[]): Buffer {
  const value = Buffer.concat(parts);
  const length = value.length;
  const head = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...head]), value]);
}
const sequence = (...parts: Buffer[]) => der(0x30, ...parts);
const bits = (value: Buffer) => der(0x03, Buffer.of(0), value);
const utc = (time: Date) => der(0x17, Buffer.from(`${time.toISOString().replace(/\D/g, '').slice(2, 14)}Z`));
const hex = (text: string) => Buffer.from(text, 'hex');

const SERIAL_NUMBER = hex('020101');
const VERSION_3 = hex('a003020102');
const ECDSA_WITH_SHA256 = hex('300a06082a8648ce3d040302');
const COMMON_NAME = hex('0603550403');
const SUBJECT_ALT_NAME = hex('0603551d11');
const DAY_MS = 86_400_000;

/** A key and a certificate for 127.0.0.1, signed with it, that are valid today: Node makes keys, but no certificates. */
export function makeCertificate(): Certificate {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const name = sequence(der(0x31, sequence(COMMON_NAME, der(0x0c, Buffer.from('differential test')))));
  const validity = sequence(utc(new Date(Date.now() - DAY_MS)), utc(new Date(Date.now() + DAY_MS)));
  const addresses = der(0x04, sequence(der(0x87, Buffer.of(127, 0, 0, 1))));
  const extensions = der(0xa3, sequence(sequence(SUBJECT_ALT_NAME, addresses)));
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  const body = sequence(VERSION_3, SERIAL_NUMBER, ECDSA_WITH_SHA256, name, validity, name, spki, extensions);
  const certificate = sequence(body, ECDSA_WITH_SHA256, bits(sign('sha256', body, privateKey)));
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${certificate.toString('base64')}\n-----END CERTIFICATE-----\n`,
  };
}
