import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fastify, { type FastifyInstance } from 'fastify';
import { loadPageFiles, sendPageFile } from './index.js';

let directory: string;
let app: FastifyInstance;
const script = 'console.log("a script that is long enough to be worth compressing");'.repeat(4);

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'page-files-'));
  mkdirSync(join(directory, 'assets'));
  writeFileSync(join(directory, 'index.html'), '<p>');
  writeFileSync(join(directory, 'assets/a-1b2c.js'), script);
  writeFileSync(join(directory, 'notes.txt'), 'nobody asked for these');
  app = fastify();
  for (const [path, file] of loadPageFiles(directory)) app.get(path, (q, r) => sendPageFile(q, r, file));
});
afterAll(async () => {
  await app.close();
  rmSync(directory, { recursive: true });
});

describe('loadPageFiles', () => {
  it('knows the files of the types that a page has', () => {
    expect([...loadPageFiles(directory).keys()].sort()).toEqual(['/assets/a-1b2c.js', '/index.html']);
  });

  it('is empty when the page is not built', () => {
    expect(loadPageFiles(join(directory, 'nowhere')).size).toBe(0);
  });
});

describe('sendPageFile', () => {
  it('compresses for who takes it so, and only where it pays', async () => {
    const headers = { 'accept-encoding': 'gzip, br' };
    const compressed = await app.inject({ url: '/assets/a-1b2c.js', headers });
    expect(compressed.headers).toMatchObject({ 'content-encoding': 'br', vary: 'accept-encoding' });
    expect(brotliDecompressSync(compressed.rawPayload).toString()).toBe(script);
    expect((await app.inject('/assets/a-1b2c.js')).body).toBe(script);
    expect((await app.inject({ url: '/index.html', headers })).headers).not.toHaveProperty('content-encoding');
  });

  it('lets hashed names be kept for good, and others be asked for again', async () => {
    expect((await app.inject('/assets/a-1b2c.js')).headers['cache-control']).toContain('immutable');
    const index = await app.inject('/index.html');
    expect(index.headers['cache-control']).toBe('no-cache');
    const again = await app.inject({ url: '/index.html', headers: { 'if-none-match': String(index.headers.etag) } });
    expect([again.statusCode, again.body]).toEqual([304, '']);
  });

  it.each([
    ['br', true],
    ['gzip;q=1.0, BR ; q=0.5', true],
    ['gzip,br;q=0', false],
    ['br;q=0.000, gzip', false],
    ['br;q=0.001', true],
    ['brotli', false],
    ['x-br', false],
    ['*', false],
  ])('takes "%s" for brotli: %s', async (encodings, wanted) => {
    const { headers } = await app.inject({ url: '/assets/a-1b2c.js', headers: { 'accept-encoding': encodings } });
    expect(headers['content-encoding'] === 'br').toBe(wanted);
  });

  it('has one tag for a file whether compressed or not, and finds it in a list', async () => {
    const url = '/assets/a-1b2c.js';
    const etag = String((await app.inject(url)).headers.etag);
    expect((await app.inject({ url, headers: { 'accept-encoding': 'br' } })).headers.etag).toBe(etag);
    const status = async (tags: string) => (await app.inject({ url, headers: { 'if-none-match': tags } })).statusCode;
    for (const tags of ['*', `"other", ${etag}`, etag.replace('W/', '')]) expect(await status(tags)).toBe(304);
    expect(await status('"other"')).toBe(200);
  });
});
